using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Relay.Benchmarks.Traffic;

/// <summary>What a message says about itself, and a hash over all of it.</summary>
/// <param name="Flow">Which sender and recipient it goes between.</param>
/// <param name="Sequence">Counts up from 0 within the flow.</param>
/// <param name="Due">When it was to be sent, as a timestamp of <see cref="TimeProvider"/>; 0 where nobody measures that.</param>
internal readonly record struct Payload(int Flow, long Sequence, long Due)
{
    private const int SequenceAt = 4;
    private const int DueAt = 12;
    private const int BodyAt = 20;
    private const int HashLength = 8;

    /// <summary>The shortest payload there is room in.</summary>
    public const int MinLength = BodyAt + HashLength;

    /// <summary>A buffer full of what nobody can compress, like the ciphertext a relay carries.</summary>
    public static byte[] NewBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, MinLength);
        return RandomNumberGenerator.GetBytes(length);
    }

    /// <summary>Writes itself into a buffer, and the hash over the whole of it.</summary>
    public void Write(Span<byte> buffer)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer, Flow);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[SequenceAt..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[DueAt..], Due);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[^HashLength..], XxHash3.HashToUInt64(buffer[..^HashLength]));
    }

    /// <returns>False if a bit of it has changed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> buffer, out Payload payload)
    {
        payload = default;
        if (buffer.Length < MinLength
            || BinaryPrimitives.ReadUInt64LittleEndian(buffer[^HashLength..]) != XxHash3.HashToUInt64(buffer[..^HashLength]))
        {
            return false;
        }

        payload = new Payload(
            BinaryPrimitives.ReadInt32LittleEndian(buffer),
            BinaryPrimitives.ReadInt64LittleEndian(buffer[SequenceAt..]),
            BinaryPrimitives.ReadInt64LittleEndian(buffer[DueAt..]));
        return true;
    }
}
