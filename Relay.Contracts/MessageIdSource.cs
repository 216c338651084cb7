using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Relay.Contracts;

/// <summary>Makes version 7 UUIDs that only go up: RFC 9562, section 6.2, method 1, with the 12 bits behind the time as a counter.</summary>
internal static class MessageIdSource
{
    // Of the random half, as much at once as makes asking the operating system cheap.
    private const int BytesAtOnce = 1024;

    private static long _last;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;

    [SuppressMessage("ApiDesign", "RS0030", Justification = "The time is only a sort key; nothing waits for it.")]
    public static Guid Next()
    {
        // Milliseconds and counter as one number: a counter that overflows borrows the next millisecond.
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 12;
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> bytes = stackalloc byte[MessageId.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (next >> 12 << 16) | 0x7000 | (next & 0xfff));
        Random(bytes[8..]);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static void Random(Span<byte> bytes)
    {
        if (_random is null || _used == BytesAtOnce)
        {
            _random ??= new byte[BytesAtOnce];
            RandomNumberGenerator.Fill(_random);
            _used = 0;
        }

        _random.AsSpan(_used, bytes.Length).CopyTo(bytes);
        _used += bytes.Length;
    }
}
