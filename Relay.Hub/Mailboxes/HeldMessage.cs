using System.Runtime.InteropServices;
using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>An accepted message in its place; or, where messages were lost, a gap that has their places.</summary>
/// <remarks>A hundred thousand peers with ten messages each are made of these: every field counts.</remarks>
/// <param name="Number">A <see cref="TimeProvider"/> timestamp, its complement of a repeat; of a gap, how many messages it is for.</param>
internal readonly record struct HeldMessage(SenderShare Share, MessageId Id, byte[] Payload, long Number)
{
    /// <summary>When it came: a <see cref="TimeProvider"/> timestamp.</summary>
    public long StoredAt => Repeat ? ~Number : Number;

    /// <summary>Whether the sender has sent it before, and had no answer.</summary>
    public bool Repeat => Number < 0;

    /// <summary>Whether this is a gap.</summary>
    public bool IsGap => Share is null;

    public long GapLength => Number;

    public static HeldMessage Gap(long length) => new(null!, default, [], length);

    public static HeldMessage Of(SenderShare share, in MailboxEntry entry, long storedAt) =>
        new(share, entry.Id, Whole(entry.Payload), entry.Repeat ? ~storedAt : storedAt);

    public MailboxEntry ToEntry() => new(Share.Sender, Id, Payload, StoredAt, Repeat);

    // What comes off the wire is an array of its own; whatever else a caller has is copied.
    private static byte[] Whole(ReadOnlyMemory<byte> payload) =>
        MemoryMarshal.TryGetArray(payload, out var bytes) && bytes.Count == bytes.Array!.Length ? bytes.Array : payload.ToArray();

    // A payload must not reach a log through a record's generated text.
    public override string ToString() => IsGap ? $"{GapLength} lost" : $"{Id} ({Payload.Length} bytes)";
}
