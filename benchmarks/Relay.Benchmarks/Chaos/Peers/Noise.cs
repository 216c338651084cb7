using System.IO.Hashing;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>Payloads, without a copy for each: pieces of one buffer of noise.</summary>
internal static class Noise
{
    private const int Longest = 65_536;

    // A prime, so that messages of the same length one after the other begin elsewhere.
    private const int Places = 65_521;

    private static readonly byte[] Bytes = Payload.NewBuffer(Longest + Places);

    public static ReadOnlyMemory<byte> Of(int number, int length) => Bytes.AsMemory((int)(number * 7919L % Places), length);

    public static ulong Hash(ReadOnlyMemory<byte> payload) => XxHash3.HashToUInt64(payload.Span);
}
