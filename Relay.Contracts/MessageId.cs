using System.Diagnostics.CodeAnalysis;

namespace Relay.Contracts;

/// <summary>
/// What tells one message of a sender from every other: 128 bits, chosen before the first attempt to send and kept on
/// every retry over any path, so that the recipient can drop a repeated (sender, id).
/// </summary>
public readonly record struct MessageId(Guid Value)
{
    /// <summary>How many bytes an id has on the wire.</summary>
    public const int Length = 16;

    /// <summary>A new id that nobody else has: a version 7 UUID, so ids of one sender sort by the time they were made.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The time is only a sort key; nothing waits for it.")]
    public static MessageId New() => new(Guid.CreateVersion7());

    /// <summary>Reads an id from the wire.</summary>
    /// <returns>False unless there are exactly <see cref="Length"/> bytes, not all of them zero.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MessageId id)
    {
        id = bytes.Length == Length ? new MessageId(new Guid(bytes, bigEndian: true)) : default;
        return id != default;
    }

    /// <summary>The id as it goes over the wire, in network byte order.</summary>
    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    public override string ToString() => Value.ToString();
}
