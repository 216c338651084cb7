using Microsoft.AspNetCore.SignalR;
using Relay.Hub.Observability;

namespace Relay.Server;

/// <summary>Cuts off requests that are not over after a time, whatever has come of them or was read before.</summary>
/// <remarks>
/// Kestrel's own paces are an average of all that a socket has done so far: who is fast at first can stand still for hours. WebSockets and polls have
/// times of their own, and are as long as they like.
/// </remarks>
internal sealed partial class RequestTime(TimeProvider time, ILogger<RequestTime> logger)
{
    /// <summary>Enough for the largest window of messages (1 MiB, as JSON) in one post, at 12 KB a second.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly Tally _cut = new(time);

    public static void Use(WebApplication app)
    {
        var limit = ActivatorUtilities.CreateInstance<RequestTime>(app.Services);
        app.Use((http, next) =>
        {
            if (!IsLong(http))
                limit.Watch(http);
            return next(http);
        });
    }

    private static bool IsLong(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) && http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;

    private void Watch(HttpContext http)
    {
        var timer = time.CreateTimer(_ => Cut(http), null, Longest, Timeout.InfiniteTimeSpan);

        // Behind the last byte that the socket has taken, which is behind all that is done in the pipeline.
        http.Response.OnCompleted(static timer =>
        {
            ((ITimer)timer).Dispose();
            return Task.CompletedTask;
        }, timer);
    }

    private void Cut(HttpContext http)
    {
        http.Abort();
        if (_cut.Count(nameof(CutOff)) is > 0 and var count)
            CutOff(logger, Longest, count);
    }

    [LoggerMessage(4035, LogLevel.Information,
        "Requests were cut off because they, or the reading of their answers, took longer than {Longest}, which is no setting: {Count}, counted since the last such line and logged at most once a minute. docs/operating.md says more")]
    private static partial void CutOff(ILogger logger, TimeSpan longest, int count);
}
