using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub.LongPolling;
using Relay.Hub.Observability;

namespace Relay.Hub.Admission;

/// <summary>Stands in front of the hub's endpoints: refuses what need not get as far as a WebSocket or a hub.</summary>
/// <remarks>
/// From the cheapest check to the dearest: a web page of another site, a banned address, the counts, the rate. A refusal is an
/// HTTP answer, with its code and words in a header too, because a WebSocket client does not get to see a body.
/// </remarks>
internal sealed class ConnectionGate(
    LiveOptions options, AccessControl access, ConnectionLimits limits, PollingClients polling, RelayMetrics metrics, TimeProvider time, ILogger<RelayHub> logger)
{
    /// <summary>What a refused request is answered with: the <see cref="ErrorCode"/> in digits, a space, and a sentence in ASCII.</summary>
    public const string Header = "Relay-Error";

    private readonly RefusalTally<ErrorCode> _tally = new(time);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Check(context, out var lease) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        if (lease is null)
        {
            await next(context);
            return;
        }

        if (IsNegotiation(context))
        {
            // Whether and when its client comes shows nowhere, so its place is its own until SignalR has given up waiting.
            _ = GiveBackLaterAsync(lease);
            await next(context);
            return;
        }

        // The request of a WebSocket lasts as long as the connection.
        using (lease)
        {
            context.Features.Set(lease);
            await next(context);
        }
    }

    /// <summary>The place of a connection that has come as far as the hub.</summary>
    public ConnectionLease LeaseOf(HttpContext? context) =>
        context?.Features.Get<ConnectionLease>() ?? limits.Enter(context?.Connection.RemoteIpAddress);

    private async Task GiveBackLaterAsync(ConnectionLease lease)
    {
        await Task.Delay(polling.Patience, time).ConfigureAwait(false);
        lease.Dispose();
    }

    private Refusal? Check(HttpContext context, out ConnectionLease? lease)
    {
        lease = null;
        var address = context.Connection.RemoteIpAddress;
        if (WebOrigin.Check(context.Request, options.Current) is { } foreign)
            return foreign;
        if (access.Current.Check(address) is { } banned)
            return banned;

        // Everything else belongs to a connection there is already, or SignalR refuses it without spending anything.
        return IsNegotiation(context) || IsWebSocket(context) ? limits.TryEnter(address, out lease) : null;
    }

    private async Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        metrics.Refused(refusal.Code);
        if (_tally.Count(refusal.Code) is > 0 and var count)
            logger.ConnectionsRefused(refusal.Code, count, refusal.Message);

        var response = context.Response;
        response.StatusCode = refusal.Code switch
        {
            ErrorCode.Banned or ErrorCode.WebOriginNotAllowed => StatusCodes.Status403Forbidden,
            ErrorCode.ServerFull => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status429TooManyRequests,
        };
        if (refusal.RetryAfter > TimeSpan.Zero)
            response.Headers.RetryAfter = Math.Ceiling(refusal.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        response.Headers[Header] = string.Create(CultureInfo.InvariantCulture, $"{(int)refusal.Code} {refusal.Message}");
        // Or the socket of whoever was refused would be kept for its next request.
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
            response.Headers.Connection = "close";
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync(refusal.Message + "\n");
    }

    private static bool IsNegotiation(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) && context.Request.Path.Value?.EndsWith("/negotiate", StringComparison.OrdinalIgnoreCase) == true;

    // SignalR puts its WebSocket middleware behind this place, so what it would find is looked for here: HTTP/1.1, HTTP/2, others.
    private static bool IsWebSocket(HttpContext context) =>
        context.Request.Headers.Upgrade.Contains("websocket", StringComparer.OrdinalIgnoreCase)
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        || context.WebSockets.IsWebSocketRequest;
}
