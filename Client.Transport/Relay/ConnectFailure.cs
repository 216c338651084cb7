using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Says what a failed connection attempt means, for whoever can do something about it.</summary>
internal static class ConnectFailure
{
    public static TransportException Explain(Exception failure, Uri url)
    {
        if (failure is TransportException known)
            return known;

        // First of all, and from the inside: what wraps it only says that there was no connection.
        if (Chain(failure).OfType<AuthenticationException>().LastOrDefault() is { } tls)
            return Tls(url, tls, failure);

        foreach (var inner in Chain(failure))
        {
            switch (inner)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return Unreachable(url, "there is no such host", failure);
                case SocketException socket:
                    return Unreachable(url, socket.Message, failure);
                case RefusedConnectionException refusal:
                    return Refused(url, refusal);
                case HttpRequestException { StatusCode: { } status }:
                    return Refused(url, status, failure);
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } broken:
                    return Tls(url, broken, failure);
                case WebSocketException { WebSocketErrorCode: WebSocketError.NotAWebSocket } refused when inner.InnerException is null:
                    return new TransportException(
                        TransportError.Io,
                        $"The server at {url} answers, but not as a relay: {refused.Message} Check the address and its path.",
                        failure);
            }
        }

        return Unreachable(url, failure.Message, failure);
    }

    /// <summary>Whether something answered by HTTP where a WebSocket was asked for, and not in a relay's own words.</summary>
    /// <remarks>Not for 5xx: those are a proxy's words for a relay that is away, and it will be so by any way.</remarks>
    public static bool IsForLackOfWebSockets(TransportException failure) =>
        failure is { Error: TransportError.Io, Code: ErrorCode.None }
        && Chain(failure).OfType<WebSocketException>().Any(socket => socket.WebSocketErrorCode == WebSocketError.NotAWebSocket);

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            yield return inner;
    }

    private static TransportException Tls(Uri url, Exception details, Exception failure) => new(
        TransportError.Io,
        $"The TLS handshake with the relay {url} failed: {details.Message} Check the relay's certificate and the address.",
        failure);

    private static TransportException Unreachable(Uri url, string why, Exception failure) =>
        new(TransportError.Unreachable, $"The relay {url} cannot be reached: {why}. Check the address, and that the relay runs.", failure);

    private static TransportException Refused(Uri url, HttpStatusCode status, Exception failure) =>
        new(TransportError.Io, $"The server at {url} refused the connection with status {(int)status}. Check the address and its path.", failure);

    private static TransportException Refused(Uri url, RefusedConnectionException refusal)
    {
        if (refusal.Words is { } words)
        {
            return new TransportException(TransportError.Io, $"The relay {url} refused the connection: {words}", refusal)
            {
                Code = refusal.Code,
                RetryAfter = refusal.RetryAfter,
            };
        }

        // What a proxy says whose relay is away.
        if (refusal.Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
        {
            return new TransportException(
                TransportError.Unreachable, $"The server at {url} answers, but cannot reach the relay behind it: its status is {(int)refusal.Status}.", refusal)
            {
                RetryAfter = refusal.RetryAfter,
            };
        }

        return new TransportException(
            TransportError.Io,
            $"The server at {url} answers, but not as a relay: its status is {(int)refusal.Status}. Check the address and its path.",
            refusal);
    }
}
