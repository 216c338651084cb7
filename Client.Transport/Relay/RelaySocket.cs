using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections.Client;

namespace Client.Transport.Relay;

/// <summary>Opens the WebSocket as SignalR would, and keeps what the relay says when it refuses.</summary>
/// <remarks>SignalR's own drops the headers of a refusal, and with them why, and when to come again.</remarks>
internal static class RelaySocket
{
    /// <summary>The header in which a relay says why it refuses a connection: a code in digits, a space, and a sentence.</summary>
    private const string ErrorHeader = "Relay-Error";

    private const string RetryHeader = "Retry-After";

    public static async ValueTask<WebSocket> OpenAsync(WebSocketConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            await ConfigureAsync(socket.Options, context.Options).ConfigureAwait(false);
            await socket.ConnectAsync(context.Uri, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException failure) when ((int)socket.HttpStatusCode >= 400)
        {
            using (socket)
                throw new RefusedConnectionException(socket.HttpStatusCode, Header(socket, ErrorHeader), Header(socket, RetryHeader), failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ConfigureAsync(ClientWebSocketOptions socket, HttpConnectionOptions options)
    {
        socket.CollectHttpResponseDetails = true;
        socket.Cookies = options.Cookies;
        foreach (var (name, value) in options.Headers)
            socket.SetRequestHeader(name, value);
        if (options.AccessTokenProvider is { } tokens && await tokens().ConfigureAwait(false) is { Length: > 0 } token)
            socket.SetRequestHeader("Authorization", $"Bearer {token}");
        if (options.ClientCertificates is { Count: > 0 } certificates)
            socket.ClientCertificates.AddRange(certificates);
        if (options.Credentials is not null)
            socket.Credentials = options.Credentials;
        if (options.UseDefaultCredentials is { } useDefault)
            socket.UseDefaultCredentials = useDefault;
        if (options.Proxy is not null)
            socket.Proxy = options.Proxy;
        options.WebSocketConfiguration?.Invoke(socket);
    }

    private static string? Header(ClientWebSocket socket, string name) =>
        socket.HttpResponseHeaders?.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
}
