using System.Net;
using System.Net.WebSockets;

namespace TermChat.Commands.Doctor;

/// <summary>Does the path lead to a WebSocket, and does nothing on the way forbid it?</summary>
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
            return Finding.Fail(Explain(socket.HttpStatusCode, relay.Hub));
        }

        // Not closed: the hub would take its time to answer that. The connection ends with the socket.
        return Finding.Ok($"upgraded at {address.AbsolutePath}");
    }

    private static string Explain(HttpStatusCode status, Uri hub) => $"the server answers with status {(int)status}. " + status switch
    {
        HttpStatusCode.NotFound => $"There is no relay at {hub.AbsolutePath}: check the path, and the port.",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
            "Somebody on the way wants to know who you are: a proxy, or the server in front of the relay.",
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            "There is a server in front of the relay, but the relay itself does not answer.",
        >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest => "The relay has moved: open the address in a browser to see where to.",
        _ => "That is no upgrade to a WebSocket: check that a relay runs there, and that a proxy in front of it passes WebSockets on.",
    };
}
