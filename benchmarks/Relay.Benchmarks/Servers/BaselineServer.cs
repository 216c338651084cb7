using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Relay.Benchmarks.Servers;

/// <summary>Runs this program again, as one of the plain servers the relay is compared to.</summary>
internal static class BaselineServer
{
    public const string PlainHub = "plain-hub";
    public const string PlainWebSocket = "plain-websocket";

    public static Task<ServerProcess> StartAsync(string server, CancellationToken cancellationToken) =>
        ServerProcess.StartDotnetAsync(
            [
                "exec", "--runtimeconfig", RelayServer.RuntimeConfiguration,
                typeof(BaselineServer).Assembly.Location, "serve", server,
            ],
            cancellationToken);

    /// <summary>What the other process does: serve until it is killed, or whoever started it is gone.</summary>
    public static async Task<int> ServeAsync(string server, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        Action<WebApplication> map = server switch
        {
            PlainHub => Servers.PlainHub.Map,
            PlainWebSocket => Servers.PlainWebSocket.Map,
            _ => throw new ArgumentException($"There is no plain server called {server}.", nameof(server)),
        };
        if (server == PlainHub)
            Servers.PlainHub.Add(builder.Services);

        await using var app = builder.Build();
        map(app);
        await app.StartAsync(cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{server} is ready at {app.Urls.First()} "));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
