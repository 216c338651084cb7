using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.Extensions.Options;
using ConnectionOptions = Microsoft.AspNetCore.Http.Connections.ConnectionOptions;

namespace Relay.Hub.LongPolling;

/// <summary>The clients that poll. SignalR carries them; this watches their polls, because SignalR does not say why it gives one up.</summary>
internal sealed class PollingClients(IOptions<ConnectionOptions> connections)
{
    // By the token that SignalR gave each and every request of it brings. Held as long as the connection.
    private readonly ConcurrentDictionary<string, PollingClient> _all = new(StringComparer.Ordinal);

    /// <summary>How long SignalR waits for the next poll, or for the first after a negotiation.</summary>
    public TimeSpan Patience { get; } = connections.Value.DisconnectTimeout ?? TimeSpan.FromSeconds(15);

    /// <summary>Passes one request on to SignalR.</summary>
    public Task ServeAsync(HttpContext request, RequestDelegate signalR) =>
        HttpMethods.IsGet(request.Request.Method) && TokenOf(request) is { } token && _all.TryGetValue(token, out var client)
            ? client.PollAsync(request, signalR)
            : signalR(request);

    /// <summary>Watches the polls of a connection, if it is one that polls, until the hub is done with it.</summary>
    public async Task WatchAsync(ConnectionContext connection, Func<ConnectionContext, Task> hub)
    {
        var polls = connection.Features.Get<IHttpTransportFeature>()?.TransportType == HttpTransportType.LongPolling;
        if (!polls || connection.GetHttpContext() is not { } first || TokenOf(first) is not { } token)
        {
            await hub(connection).ConfigureAwait(false);
            return;
        }

        var client = new PollingClient(Patience);
        connection.Features.Set(client);
        _all.TryAdd(token, client);
        try
        {
            await hub(connection).ConfigureAwait(false);
        }
        finally
        {
            _all.TryRemove(token, out _);
        }
    }

    private static string? TokenOf(HttpContext request) => request.Request.Query.TryGetValue("id", out var token) ? token.ToString() : null;
}
