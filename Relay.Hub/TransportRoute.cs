using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.WebSockets;

namespace Relay.Hub;

/// <summary>Takes each request for the hub through the gate to its transport: WebSockets to <see cref="WebSocketConnections"/>, those of clients that poll to SignalR.</summary>
/// <remarks>
/// So does a WebSocket that was negotiated. What SignalR keeps for it since then is forgotten after 15 s, as for a client that never comes: see
/// docs/decisions/0012-own-websocket-transport.md for what that buys.
/// </remarks>
internal static class TransportRoute
{
    public static void Add(IEndpointRouteBuilder endpoints, IEndpointConventionBuilder hub)
    {
        var gate = endpoints.ServiceProvider.GetRequiredService<ConnectionGate>();
        var sockets = endpoints.ServiceProvider.GetRequiredService<WebSocketConnections>();
        var polling = endpoints.ServiceProvider.GetRequiredService<PollingClients>();
        hub.Add(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } signalR)
                return;

            // What a request is for is asked of those who act on it, the routing and the WebSocket middleware: whatever else would tell it by its own
            // reading - a path's end, a header's value - tells it otherwise for some request, and the gate is walked around.
            if (endpoint.Metadata.OfType<NegotiateMetadata>().Any())
            {
                endpoint.RequestDelegate = http => gate.NegotiateAsync(http, signalR);
                return;
            }

            // Once, and not for each request.
            RequestDelegate connect = sockets.ServeAsync, poll = http => polling.ServeAsync(http, signalR);
            var app = endpoints.CreateApplicationBuilder();

            // No pings of the socket's own: SignalR's pings say the same, both ways.
            app.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
            app.Run(http => http.WebSockets.IsWebSocketRequest ? gate.ConnectAsync(http, connect) : gate.PollAsync(http, poll));
            endpoint.RequestDelegate = app.Build();
        });
    }
}
