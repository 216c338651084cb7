using Client.Transport;
using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>One line of a conversation.</summary>
/// <param name="Number">Counts up over all conversations of the profile, in the order in which lines were stored. Lines of one conversation are shown in this order.</param>
/// <param name="Id">The message's own, the same on both sides.</param>
/// <param name="Peer">Whose conversation it is in.</param>
/// <param name="Kind">Who wrote it.</param>
/// <param name="Text">As the sender wrote it. Not safe to print: see <see cref="ChatText"/>.</param>
/// <param name="At">When it was written, by the clock of who wrote it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Path">Which way it went or came; <see cref="TransportKind.None"/> while it has gone no way.</param>
/// <param name="Reason">Why it failed or waits; null otherwise.</param>
internal sealed record ChatLine(
    long Number,
    MessageId Id,
    PeerId Peer,
    LineKind Kind,
    string Text,
    DateTimeOffset At,
    LineState State,
    TransportKind Path,
    string? Reason = null);

/// <summary>Who wrote a line.</summary>
internal enum LineKind
{
    /// <summary>This side.</summary>
    Mine = 0,

    /// <summary>The peer.</summary>
    Theirs = 1,

    /// <summary>The program: what a person should know about this conversation, such as that messages were lost.</summary>
    Notice = 2,
}

/// <summary>How far a line has come.</summary>
internal enum LineState
{
    /// <summary>It lies in the outbox, and goes out as soon as there is a path.</summary>
    Waiting = 0,

    /// <summary>The relay has taken it, or the peer's device over a direct path. The peer has not said yet that it has it.</summary>
    Sent = 1,

    /// <summary>The peer's device has stored it.</summary>
    Delivered = 2,

    /// <summary>It will not be delivered; <see cref="ChatLine.Reason"/> says why.</summary>
    Failed = 3,

    /// <summary>It came from the peer, or is a notice.</summary>
    Received = 4,
}
