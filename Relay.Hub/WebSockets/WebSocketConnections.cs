using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Relay.Hub.WebSockets;

/// <summary>The hub's WebSocket connections, and the beat they share.</summary>
internal sealed class WebSocketConnections(HubConnectionHandler<RelayHub> hub, IOptions<RelayOptions> relay, TimeProvider time, ILogger<RelayHub> logger) : BackgroundService
{
    /// <summary>From one beat of a connection to the next.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one write may take before the connection counts as stuck.</summary>
    public static TimeSpan SendTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a client may take to answer the closing of its socket. A client that went wrong - by a frame too large, say -
    /// does not answer at all, and must not hold up a shutdown.
    /// </summary>
    public static TimeSpan CloseTimeout { get; } = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<WebSocketConnection, bool> _all = new();

    /// <summary>Serves one WebSocket request until its connection is over.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        // Kestrel's own limit for answers that are not read goes on for what was an answer once. Here it is SendTimeout, and whoever trips it is told so.
        http.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);

        // Not disposed of: a relay that stops, or the beat, may speak to a connection that is over by then. Its token sources have no timers and
        // hold nothing; but an Abort of a disposed one throws on a thread of the pool, where nobody catches it.
        var connection = new WebSocketConnection(id, http, socket, time);
        _all.TryAdd(connection, true);
        try
        {
            await connection.RunAsync(hub, CloseTimeout);
        }
        finally
        {
            _all.TryRemove(connection, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The machine's clock, wherever the mailboxes' comes from: this is for sockets, as SignalR's own beat is.
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            foreach (var (connection, _) in _all)
                Beat(connection);
        }
    }

    private void Beat(WebSocketConnection connection)
    {
        try
        {
            connection.Beat(SendTimeout, relay.Value.ClientTimeout);
        }
        catch (Exception failure)
        {
            // Or one connection's trouble would end the beat of all, and with it the program.
            logger.BeatFailed(failure, connection.ConnectionId);
            connection.Abort(new ConnectionAbortedException("Its beat failed.", failure));
        }
    }
}
