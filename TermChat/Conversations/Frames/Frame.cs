using MessagePack;

namespace TermChat.Conversations.Frames;

// What two chat programs say to each other inside their session. Values as they came, unvalidated: the peer's program
// may be hostile, though it holds the peer's key. Keys are never reused; a reader skips those it does not know.

/// <summary>The plaintext of one packet. Any of its parts may be missing; an empty one only carries the handshake on.</summary>
[MessagePackObject]
internal sealed class Frame
{
    [Key(0)]
    public TextMessage? Text { get; init; }

    /// <summary>Ids of messages that are stored on this side, 16 bytes each. Repeated for every copy that comes.</summary>
    [Key(1)]
    public IReadOnlyList<ReadOnlyMemory<byte>>? Acknowledged { get; init; }

    [Key(2)]
    public IReadOnlyList<Refusal>? Refused { get; init; }

    /// <summary>Sessions in which something came that this side could not read, because it lost them. What is not acknowledged should be sent again.</summary>
    [Key(3)]
    public IReadOnlyList<ulong>? Unreadable { get; init; }

    /// <summary>To be sent back in <see cref="Pong"/>.</summary>
    [Key(4)]
    public ReadOnlyMemory<byte>? Ping { get; init; }

    [Key(5)]
    public ReadOnlyMemory<byte>? Pong { get; init; }

    /// <summary>The sender gave messages up.</summary>
    [Key(6)]
    public Settlement? Settled { get; init; }
}

/// <summary>A message from one person to the other.</summary>
[MessagePackObject]
internal sealed class TextMessage
{
    /// <summary>16 bytes, the same on every attempt.</summary>
    [Key(0)]
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>16 bytes that name the sender's numbering.</summary>
    [Key(1)]
    public ReadOnlyMemory<byte> Stream { get; init; }

    /// <summary>The message's place among all from this sender to this recipient, from 1 without a gap.</summary>
    [Key(2)]
    public long Sequence { get; init; }

    /// <summary>Everything before this place was acknowledged or given up: nothing needs to wait for it.</summary>
    [Key(3)]
    public long Floor { get; init; }

    /// <summary>Milliseconds since 1970 by the sender's clock.</summary>
    [Key(4)]
    public long At { get; init; }

    [Key(5)]
    public string? Text { get; init; }
}

/// <summary>A message that will not be taken, however often it comes.</summary>
[MessagePackObject]
internal sealed class Refusal
{
    [Key(0)]
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>A <see cref="RefusalReason"/>.</summary>
    [Key(1)]
    public int Reason { get; init; }
}

/// <summary>Up to where a sender's messages need not be waited for.</summary>
[MessagePackObject]
internal sealed class Settlement
{
    [Key(0)]
    public ReadOnlyMemory<byte> Stream { get; init; }

    [Key(1)]
    public long Floor { get; init; }
}

/// <summary>Why a message was refused. Numbers go over the wire and are never used again.</summary>
internal enum RefusalReason
{
    /// <summary>Never sent.</summary>
    None = 0,

    /// <summary>The time it says it was written at lies in the recipient's future.</summary>
    TimeAhead = 1,

    /// <summary>It was written longer ago than messages are taken.</summary>
    TimeBehind = 2,

    /// <summary>Its text is missing, empty or too long.</summary>
    Text = 3,
}
