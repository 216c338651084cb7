using System.CommandLine;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Commands;

/// <summary><c>serve</c>: what this program runs itself again for. Of no use to people.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var server = new Argument<string>("server");
        var command = new Command("serve", "Runs one of the plain servers.") { server };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => BaselineServer.ServeAsync(parsed.GetRequiredValue(server), cancellationToken));
        return command;
    }
}
