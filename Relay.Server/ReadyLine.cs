using Microsoft.Extensions.Options;
using Relay.Hub;

namespace Relay.Server;

/// <summary>What the relay says once it listens: where it is, and what to do next.</summary>
internal static class ReadyLine
{
    public static void Write(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<RelayOptions>>().Value;
        // Whoever runs the relay from its sources, by way of 'dotnet run' which says so, has the client there too.
        var termchat = Environment.GetEnvironmentVariable("DOTNET_LAUNCH_PROFILE") is null ? "termchat" : "dotnet run --project TermChat --";
        var url = app.Urls.FirstOrDefault() ?? "(no address)";
        Console.WriteLine($"TermChat relay is ready at {(app.Urls.Count > 1 ? string.Join(" and ", app.Urls) : url)} (hub path {options.Path}).");
        Console.WriteLine(options.AllowNamedPeers
            ? $"""
               Try it in two other terminals:
                 {termchat} listen --as bob --relay {url}
                 {termchat} send bob "Hello, Bob" --as alice --relay {url}
               Anybody can claim a plain name here (Relay:AllowNamedPeers is true): fine for a try, not for the internet.
               """
            : "Plain names are refused (Relay:AllowNamedPeers is false): peers register the PeerIds that are their keys.");
        Console.WriteLine("Messages live in memory only. Ctrl+C stops the relay.");
    }
}
