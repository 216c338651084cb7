using Client.Transport;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

/// <summary>Events 4100 to 4199.</summary>
internal static partial class ChatEngineLog
{
    [LoggerMessage(4100, LogLevel.Warning, "A packet with the hash {Hash} that came by {Path} was refused: {Outcome}")]
    public static partial void PacketRefused(this ILogger logger, OpenOutcome outcome, string hash, TransportKind path);

    [LoggerMessage(4101, LogLevel.Warning, "A message from {Peer} has no usable id, place or time, and was dropped")]
    public static partial void TextMakesNoSense(this ILogger logger, PeerId peer);

    [LoggerMessage(4102, LogLevel.Error, "What came in is not stored, and tried again: {Message}")]
    public static partial void StoreFailed(this ILogger logger, string message);

    [LoggerMessage(4104, LogLevel.Error, "Handling {Event} failed")]
    public static partial void EventFailed(this ILogger logger, Exception exception, string @event);

    [LoggerMessage(4103, LogLevel.Error, "A handler of the chat's changes failed")]
    public static partial void HandlerFailed(this ILogger logger, Exception exception);
}
