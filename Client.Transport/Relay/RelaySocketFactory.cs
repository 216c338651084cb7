using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.Options;

namespace Client.Transport.Relay;

/// <summary>Makes SignalR's connections to a relay by WebSocket, in the place of SignalR's own: see docs/decisions/0012-own-websocket-transport.md.</summary>
internal sealed class RelaySocketFactory(IOptions<HttpConnectionOptions> options) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken = default)
    {
        var url = new UriBuilder(((UriEndPoint)endPoint).Uri);
        url.Scheme = url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : url.Scheme == Uri.UriSchemeHttp ? Uri.UriSchemeWs : url.Scheme;
        var open = options.Value.WebSocketFactory ?? RelaySocket.OpenAsync;
        var socket = await open(new WebSocketConnectionContext(url.Uri, options.Value), cancellationToken).ConfigureAwait(false);
        return new RelaySocketConnection(socket, options.Value.CloseTimeout);
    }
}
