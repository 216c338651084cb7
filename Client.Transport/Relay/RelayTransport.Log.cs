using Microsoft.Extensions.Logging;
using Relay.Contracts;

namespace Client.Transport.Relay;

internal static partial class RelayTransportLog
{
    // 3000-3099 belong to the relay transport. Ids are never used again; a retired one stays here as a comment.

    [LoggerMessage(3000, LogLevel.Information, "Connected to the relay {Url}")]
    public static partial void Connected(this ILogger logger, Uri url);

    [LoggerMessage(3001, LogLevel.Warning, "Attempt {Attempt} to connect to the relay {Url} failed ({Error}): {Reason} Next attempt in {Pause}")]
    public static partial void ConnectFailed(this ILogger logger, int attempt, Uri url, TransportError error, string reason, TimeSpan pause);

    [LoggerMessage(3002, LogLevel.Information, "The connection to the relay {Url} ended: {Reason}")]
    public static partial void Disconnected(this ILogger logger, Uri url, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "The relay {Url} sent a malformed {Method}; it is dropped")]
    public static partial void MalformedFrame(this ILogger logger, Uri url, string method);

    [LoggerMessage(3004, LogLevel.Warning, "The relay {Url} left out {Count} positions without a word; the messages count as lost")]
    public static partial void UnexplainedGap(this ILogger logger, Uri url, long count);

    [LoggerMessage(3005, LogLevel.Warning, "The relay {Url} reports {Code}")]
    public static partial void RelayError(this ILogger logger, Uri url, ErrorCode code);

    [LoggerMessage(3006, LogLevel.Information, "The relay {Url} is shutting down")]
    public static partial void RelayDraining(this ILogger logger, Uri url);

    [LoggerMessage(3007, LogLevel.Warning, "Messages were lost: {Count}, {Direction}, {Reason}")]
    public static partial void Lost(this ILogger logger, long count, LossDirection direction, LossReason reason);

    [LoggerMessage(3008, LogLevel.Error, "A handler of {Event} threw; the transport goes on")]
    public static partial void HandlerFailed(this ILogger logger, Exception failure, string @event);

    [LoggerMessage(3009, LogLevel.Information, "No WebSockets get through to the relay {Url} ({Reason}): long polling carries instead, which is slower")]
    public static partial void PollingInstead(this ILogger logger, Uri url, string reason);

    [LoggerMessage(3010, LogLevel.Debug, "More is sent to the relay {Url} in a time than it takes; sending goes on in {Pause}")]
    public static partial void SendingTooFast(this ILogger logger, Uri url, TimeSpan pause);
}
