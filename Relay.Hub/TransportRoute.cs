using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Relay.Hub.LongPolling;
using Relay.Hub.WebSockets;

namespace Relay.Hub;

/// <summary>Takes each request for the hub to its transport: WebSockets to <see cref="WebSocketConnections"/>, those of clients that poll to SignalR.</summary>
/// <remarks>
/// So does a WebSocket that was negotiated. What SignalR keeps for it since then is forgotten after 15 s, as for a client that never comes: see
/// docs/decisions/0012-own-websocket-transport.md for what that buys.
/// </remarks>
internal static class TransportRoute
{
    public static void Add(IEndpointRouteBuilder endpoints, IEndpointConventionBuilder hub)
    {
        var sockets = endpoints.ServiceProvider.GetRequiredService<WebSocketConnections>();
        var polling = endpoints.ServiceProvider.GetRequiredService<PollingClients>();
        hub.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<NegotiateMetadata>().Any() || endpoint.RequestDelegate is not { } signalR)
                return;

            var app = endpoints.CreateApplicationBuilder();

            // No pings of the socket's own: SignalR's pings say the same, both ways.
            app.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
            app.Run(http => http.WebSockets.IsWebSocketRequest ? sockets.ServeAsync(http) : polling.ServeAsync(http, signalR));
            endpoint.RequestDelegate = app.Build();
        });
    }
}
