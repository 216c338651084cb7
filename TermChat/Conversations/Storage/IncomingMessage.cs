using Relay.Contracts;

namespace TermChat.Conversations.Storage;

/// <summary>What orders a message among those of its sender.</summary>
/// <param name="Stream">Names the sender's numbering.</param>
/// <param name="Sequence">Its place in it, from 1.</param>
/// <param name="Floor">The sender has given up, or knows to be delivered, everything before this place; at most <paramref name="Sequence"/>.</param>
/// <param name="At">When it was written, by the sender's clock.</param>
internal readonly record struct IncomingMessage(MessageId Id, MessageId Stream, long Sequence, long Floor, DateTimeOffset At);

/// <summary>What became of a message that came in.</summary>
internal enum StoreOutcome
{
    /// <summary>It has its line, and those that waited for it have theirs.</summary>
    Shown = 0,

    /// <summary>It is stored, and shown when an earlier one has come.</summary>
    Ahead = 1,

    /// <summary>It was there already.</summary>
    Repeated = 2,

    /// <summary>Too many wait for an earlier one. It is not stored, and comes again.</summary>
    NoRoom = 3,
}
