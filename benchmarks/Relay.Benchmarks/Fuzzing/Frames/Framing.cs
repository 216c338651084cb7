namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Where a SignalR message ends: in MessagePack its length stands in front, in JSON a mark behind.</summary>
internal static class Framing
{
    public const byte JsonEnd = 0x1e;

    /// <summary>Puts a body into a frame, as it should be.</summary>
    public static byte[] Wrap(Encoding encoding, ReadOnlySpan<byte> body) =>
        encoding == Encoding.Json ? [.. body, JsonEnd] : [.. Length((uint)body.Length), .. body];

    /// <summary>What is in a frame that is as it should be.</summary>
    public static ReadOnlySpan<byte> Body(Encoding encoding, ReadOnlySpan<byte> frame) =>
        encoding == Encoding.Json ? frame[..^1] : frame[(frame.IndexOfAnyInRange((byte)0, (byte)0x7f) + 1)..];

    /// <summary>Seven bits in each byte, the lowest first.</summary>
    public static byte[] Length(uint length)
    {
        var bytes = new List<byte>();
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length | 0x80));
        bytes.Add((byte)length);
        return [.. bytes];
    }

    /// <summary>Takes the first whole frame off what has come.</summary>
    /// <returns>False if more has to come.</returns>
    public static bool TryTake(Encoding encoding, ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> body, out int taken)
    {
        body = default;
        taken = 0;
        if (encoding == Encoding.Json)
        {
            var end = bytes.IndexOf(JsonEnd);
            if (end < 0)
                return false;
            body = bytes[..end];
            taken = end + 1;
            return true;
        }

        var length = 0;
        for (var i = 0; i < Math.Min(5, bytes.Length); i++)
        {
            length |= (bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            if (bytes.Length - i - 1 < length)
                return false;
            body = bytes.Slice(i + 1, length);
            taken = i + 1 + length;
            return true;
        }

        return false;
    }
}
