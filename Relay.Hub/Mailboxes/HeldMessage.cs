using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>An accepted message in its place; or, where messages were lost, a gap that has their places.</summary>
/// <param name="StoredAt">A <see cref="TimeProvider"/> timestamp; of a gap, how many messages it is for.</param>
internal readonly record struct HeldMessage(SenderShare Share, MessageId Id, ReadOnlyMemory<byte> Payload, long StoredAt)
{
    /// <summary>Whether this is a gap. It is no field of its own: a hundred thousand peers with ten messages each are made of these.</summary>
    public bool IsGap => Share is null;

    public long GapLength => StoredAt;

    public static HeldMessage Gap(long length) => new(null!, default, default, length);

    // A payload must not reach a log through a record's generated text.
    public override string ToString() => IsGap ? $"{GapLength} lost" : $"{Id} ({Payload.Length} bytes)";
}
