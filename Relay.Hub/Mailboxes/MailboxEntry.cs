using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>A message on its way into a mailbox, or out of it as a loss.</summary>
/// <param name="StoredAt">A <see cref="TimeProvider"/> timestamp: elapsed time, so a corrected clock empties no mailbox.</param>
/// <param name="Repeat">Whether the sender has sent it before, and had no answer.</param>
internal readonly record struct MailboxEntry(PeerId Sender, MessageId Id, ReadOnlyMemory<byte> Payload, long StoredAt, bool Repeat = false)
{
    /// <summary>
    /// What an entry costs beside its payload: its slot and its share of the index (about 130 bytes with room to grow)
    /// and the payload array's header. Charged, so that a flood of empty payloads is bounded too.
    /// </summary>
    public const int Overhead = 160;

    public int Cost => CostOf(Payload.Length);

    public static int CostOf(int payloadBytes) => payloadBytes + Overhead;

    // A payload must not reach a log through a record's generated text.
    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}
