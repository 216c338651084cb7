using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Connections;

namespace TermChat.Commands.Doctor;

/// <summary>Does the path lead to a WebSocket, and if something on the way forbids it, does long polling get through?</summary>
internal static class WebSocketStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(relay.Hub) { Scheme = relay.IsSecure ? "wss" : "ws" }.Uri;
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            if (RelaysOwnWords(socket) is { } words)
                return Finding.Fail($"the relay refuses: {words}");
            if (IsFromProxyAlone(socket.HttpStatusCode) || !await CanPollAsync(relay.Hub, cancellationToken))
                return Finding.Fail(Explain(socket.HttpStatusCode, relay.Hub));

            // As the transport does: it tries WebSockets first, each time, and polls where something answers in the relay's place.
            relay.Way = HttpTransportType.LongPolling;
            return Finding.Ok(
                $"WebSockets are blocked: something on the way answers with status {(int)socket.HttpStatusCode}. Long polling gets through, and termchat uses it by itself; " +
                "it is slower. For WebSockets, whoever runs the proxy has to let them pass");
        }

        // Not closed: the hub would take its time to answer that. The connection ends with the socket.
        return Finding.Ok($"upgraded at {address.AbsolutePath}");
    }

    private static bool IsFromProxyAlone(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static string? RelaysOwnWords(ClientWebSocket socket) =>
        socket.HttpResponseHeaders?.FirstOrDefault(header => header.Key.Equals("Relay-Error", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault()
            ?.Split(' ', 2) is [_, { Length: > 0 } words] ? words : null;

    /// <summary>Whether a SignalR hub offers long polling there. Which one it is, the next step finds out.</summary>
    private static async Task<bool> CanPollAsync(Uri hub, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var negotiate = new UriBuilder(hub) { Query = "negotiateVersion=1" };
        negotiate.Path = negotiate.Path.TrimEnd('/') + "/negotiate";
        try
        {
            using var answer = await client.PostAsync(negotiate.Uri, null, cancellationToken);
            return answer.IsSuccessStatusCode
                && await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) is JsonObject offer
                && offer["availableTransports"] is JsonArray ways
                && ways.Any(way => way?["transport"]?.ToString() == nameof(HttpTransportType.LongPolling));
        }
        catch (Exception none) when (none is HttpRequestException or JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Explain(HttpStatusCode status, Uri hub) => $"the server answers with status {(int)status}. " + status switch
    {
        HttpStatusCode.NotFound => $"There is no relay at {hub.AbsolutePath}: check the path, and the port.",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
            "Somebody on the way wants to know who you are: a proxy, or the server in front of the relay.",
        _ when IsFromProxyAlone(status) =>
            "There is a server in front of the relay, but the relay itself does not answer.",
        >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest => "The relay has moved: open the address in a browser to see where to.",
        _ => "That is no upgrade to a WebSocket: check that a relay runs there, and that a proxy in front of it passes WebSockets on.",
    };
}
