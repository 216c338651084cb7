using Client.Transport;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>One message, and what its sender learnt of it.</summary>
/// <param name="from">The number of the peer that sent it.</param>
/// <param name="number">Counts from 1 between this sender and this recipient.</param>
internal sealed class SentMessage(int from, int to, int number, MessageId id, int length, ulong hash)
{
    public int From => from;

    public int To => to;

    public int Number => number;

    public MessageId Id => id;

    public int Length => length;

    public ulong Hash => hash;

    /// <summary>When the application handed it over, as a timestamp.</summary>
    public long SentAt { get; init; }

    public SendOutcome Outcome { get; set; }

    /// <summary>When that was known, as a timestamp.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>Whether an earlier life of its sender was given it, and ended before anything was known.</summary>
    public bool IsRepeat { get; set; }

    /// <summary>How often the sender had heard that a relay had forgotten everything, when the message was accepted.</summary>
    public int RestartsKnown { get; set; }

    /// <summary>Why the sender was told that it is lost; null if it was not.</summary>
    public LossReason? Reported { get; set; }

    public override string ToString() => $"{from} -> {to} number {number} ({id}, {length} bytes)";
}
