using System.Text.Json.Serialization;
using MessagePack;
using Relay.Contracts.Formatting;

namespace Relay.Contracts;

/// <summary>
/// What tells one message of a sender from every other: 128 bits, chosen before the first attempt to send and kept on
/// every retry over any path, so that the recipient can drop a repeated (sender, id).
/// </summary>
[JsonConverter(typeof(MessageIdConverter))]
[MessagePackFormatter(typeof(MessageIdFormatter))]
public readonly record struct MessageId(Guid Value)
{
    /// <summary>How many bytes an id has on the wire.</summary>
    public const int Length = 16;

    /// <summary>A new id that nobody else has: a version 7 UUID that is greater than every one this process made before. Any thread.</summary>
    /// <remarks>Relays take ids in any order, and know at a glance that one greater than all before it is no repeat.</remarks>
    public static MessageId New() => new(MessageIdSource.Next());

    /// <summary>Reads an id from the wire.</summary>
    /// <returns>False unless there are exactly <see cref="Length"/> bytes, not all of them zero.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MessageId id)
    {
        id = bytes.Length == Length ? new MessageId(new Guid(bytes, bigEndian: true)) : default;
        return id != default;
    }

    /// <summary>Writes the id as it goes over the wire, in network byte order.</summary>
    /// <param name="bytes"><see cref="Length"/> bytes or more.</param>
    public void Write(Span<byte> bytes)
    {
        if (!Value.TryWriteBytes(bytes, bigEndian: true, out _))
            throw new ArgumentException($"An id has {Length} bytes; there is room for {bytes.Length}.", nameof(bytes));
    }

    /// <summary>The id as it goes over the wire, in network byte order.</summary>
    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    /// <summary>Orders ids as their bytes are ordered: those of <see cref="New"/> by the time they were made.</summary>
    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
