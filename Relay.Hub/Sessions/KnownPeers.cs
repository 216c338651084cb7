using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Contracts;

namespace Relay.Hub.Sessions;

/// <summary>Who has registered since the relay started: everybody else is a stranger. Any thread.</summary>
/// <remarks>
/// Remembers at least the last half of its capacity, by eight bytes of a hash: 27 MB for a million, measured. Two keys with the same eight bytes are each taken for
/// known when one of them is, which gains nobody anything: whoever can make such a key can register it.
/// </remarks>
internal sealed class KnownPeers(int capacity = 1_000_000)
{
    private readonly Lock _gate = new();
    private HashSet<long> _recent = [];
    private HashSet<long> _earlier = [];

    /// <summary>So many are forgotten at once.</summary>
    public int Generation => capacity / 2;

    /// <returns>Whether others are forgotten for it.</returns>
    public bool Add(PeerId id)
    {
        var hash = HashOf(id);
        lock (_gate)
        {
            if (!_recent.Add(hash) || _recent.Count < Generation)
                return false;

            var forgets = _earlier.Count > 0;
            (_earlier, _recent) = (_recent, []);
            return forgets;
        }
    }

    public bool Contains(PeerId id)
    {
        var hash = HashOf(id);
        lock (_gate)
            return _recent.Contains(hash) || _earlier.Contains(hash);
    }

    private static long HashOf(PeerId id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(id.Value.AsSpan()), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
