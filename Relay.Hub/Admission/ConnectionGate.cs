using System.Globalization;
using Microsoft.AspNetCore.Http;
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

    // By the words: several settings have the same code, and each is to be named.
    private readonly Tally _tally = new(time);

    /// <summary>Lets a WebSocket in.</summary>
    /// <param name="connect">Runs as long as the connection, and with it its place.</param>
    public async Task ConnectAsync(HttpContext context, RequestDelegate connect)
    {
        if (!await TryPassAsync(context) || await EnterAsync(context) is not { } place)
            return;

        using (place)
        {
            context.Features.Set(place);
            await connect(context);
        }
    }

    /// <summary>Lets a client negotiate.</summary>
    public async Task NegotiateAsync(HttpContext context, RequestDelegate negotiate)
    {
        if (!await TryPassAsync(context))
            return;

        // Whether and when its client comes shows nowhere, so its place is its own until SignalR has given up waiting.
        if (HttpMethods.IsPost(context.Request.Method))
        {
            if (await EnterAsync(context) is not { } place)
                return;
            _ = GiveBackLaterAsync(place);
        }

        await negotiate(context);
    }

    /// <summary>Lets in what belongs to a connection that was negotiated, or what SignalR refuses without spending anything.</summary>
    public async Task PollAsync(HttpContext context, RequestDelegate poll)
    {
        if (await TryPassAsync(context))
            await poll(context);
    }

    /// <summary>The place of a connection that has come as far as the hub.</summary>
    public ConnectionLease LeaseOf(HttpContext? context) =>
        context?.Features.Get<ConnectionLease>() ?? limits.Enter(context?.Connection.RemoteIpAddress);

    private async Task GiveBackLaterAsync(ConnectionLease lease)
    {
        await Task.Delay(polling.Patience, time).ConfigureAwait(false);
        lease.Dispose();
    }

    private async ValueTask<bool> TryPassAsync(HttpContext context)
    {
        if ((WebOrigin.Check(context.Request, options.Current) ?? access.Current.Check(context.Connection.RemoteIpAddress)) is not { } refusal)
            return true;

        await RefuseAsync(context, refusal);
        return false;
    }

    private async ValueTask<ConnectionLease?> EnterAsync(HttpContext context)
    {
        if (limits.TryEnter(context.Connection.RemoteIpAddress, out var place) is { } refusal)
            await RefuseAsync(context, refusal);
        return place;
    }

    private async Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        metrics.Refused(refusal.Code);
        if (_tally.Count(refusal.Message) is > 0 and var count)
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
}
