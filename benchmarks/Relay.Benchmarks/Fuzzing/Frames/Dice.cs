namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>All chance of one connection: the same seed and connection make the same frames.</summary>
internal sealed class Dice(int seed, long connection)
{
    private static readonly long[] Edges =
    [
        0, 1, -1, 2, 127, 128, -32, -33, 255, 256, 32_767, 65_535, 65_536, int.MaxValue, int.MinValue, uint.MaxValue, (1L << 53) + 1,
        long.MaxValue, long.MaxValue - 1, long.MinValue,
    ];

    private readonly Random _random = new(unchecked((int)((seed * 0x9E3779B1L) ^ (connection * 0x85EBCA77L) ^ (connection >> 32))));

    public int Below(int limit) => _random.Next(limit);

    public int Between(int least, int most) => _random.Next(least, most + 1);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => _random.Next(times) == 0;

    public T Of<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    /// <summary>A number somebody could have forgotten to think of.</summary>
    public long Edge() => OneIn(4) ? _random.NextInt64(long.MinValue, long.MaxValue) : Of(Edges);

    public double Fraction() => _random.NextDouble();

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
