using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>An accepted message in its place.</summary>
/// <param name="StoredAt">A <see cref="TimeProvider"/> timestamp.</param>
internal readonly record struct HeldMessage(SenderShare Share, MessageId Id, ReadOnlyMemory<byte> Payload, long StoredAt)
{
    // A payload must not reach a log through a record's generated text.
    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}
