using Microsoft.Extensions.Logging;
using Relay.Contracts;

namespace Client.Transport.Hybrid;

internal static partial class HybridTransportLog
{
    // 3200-3299 belong to the hybrid transport. Ids are never reused; a retired one stays here as a comment.

    [LoggerMessage(3200, LogLevel.Debug, "The {Path} path to {Peer} failed with {Error}: {Reason}")]
    public static partial void PathFailed(this ILogger logger, PeerId peer, TransportKind path, TransportError error, string reason);

    [LoggerMessage(3201, LogLevel.Warning, "Messages for {Peer} wait, because no path works: {Error}: {Reason}")]
    public static partial void Parked(this ILogger logger, PeerId peer, TransportError error, string reason);

    [LoggerMessage(3202, LogLevel.Warning, "Gave up {Count} pending messages for {Peer}: {Reason}")]
    public static partial void PendingLost(this ILogger logger, PeerId peer, int count, LossReason reason);

    [LoggerMessage(3203, LogLevel.Warning, "Message {Id} to {Peer} was refused: {Reason}")]
    public static partial void Refused(this ILogger logger, PeerId peer, MessageId id, string reason);

    [LoggerMessage(3204, LogLevel.Warning, "Receiving by the {Path} path stopped until its connection changes: {Reason}")]
    public static partial void ReceivingStopped(this ILogger logger, TransportKind path, string reason);

    [LoggerMessage(3205, LogLevel.Debug, "Dropped a repeat of {Id} from {Peer} that came by {Path}")]
    public static partial void RepeatDropped(this ILogger logger, PeerId peer, MessageId id, TransportKind path);

    [LoggerMessage(3206, LogLevel.Error, "A handler of {Event} failed")]
    public static partial void HandlerFailed(this ILogger logger, string @event, Exception exception);

    [LoggerMessage(3207, LogLevel.Error, "The {Path} transport failed to dispose")]
    public static partial void DisposeFailed(this ILogger logger, TransportKind path, Exception exception);

    [LoggerMessage(3208, LogLevel.Error, "Sending to {Peer} failed in a way no transport should")]
    public static partial void WorkerFailed(this ILogger logger, PeerId peer, Exception exception);
}
