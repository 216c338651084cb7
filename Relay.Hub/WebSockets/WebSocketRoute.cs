using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Relay.Hub.WebSockets;

/// <summary>Takes WebSocket requests to the hub's endpoint; everything else stays SignalR's.</summary>
/// <remarks>
/// A client that negotiated first comes back with an id that SignalR's own transports know, and keeps to those. The others
/// - all of ours - connect by WebSocket at once, and are served by <see cref="WebSocketConnections"/>: see
/// docs/decisions/0012-own-websocket-transport.md for what that buys.
/// </remarks>
internal static class WebSocketRoute
{
    public static void Add(IEndpointRouteBuilder endpoints, IEndpointConventionBuilder hub)
    {
        var connections = endpoints.ServiceProvider.GetRequiredService<WebSocketConnections>();
        hub.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<NegotiateMetadata>().Any() || endpoint.RequestDelegate is not { } signalR)
                return;

            var app = endpoints.CreateApplicationBuilder();

            // No pings of the socket's own: SignalR's pings say the same, both ways.
            app.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
            app.Run(http => http.WebSockets.IsWebSocketRequest && !http.Request.Query.ContainsKey("id")
                ? connections.ServeAsync(http)
                : signalR(http));
            endpoint.RequestDelegate = app.Build();
        });
    }
}
