using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TermChat.Sessions;

/// <summary>Recognises a packet that came before, among the last so many.</summary>
internal sealed class SeenPackets
{
    /// <summary>A repeat of an older one is opened again, and does no harm: messages have ids.</summary>
    private const int Capacity = 256;

    private readonly HashSet<UInt128> _fingerprints = [];
    private readonly Queue<UInt128> _oldestFirst = new();

    public static UInt128 FingerprintOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(packet));

    public bool Contains(UInt128 fingerprint) => _fingerprints.Contains(fingerprint);

    public void Add(UInt128 fingerprint)
    {
        if (!_fingerprints.Add(fingerprint))
            return;

        _oldestFirst.Enqueue(fingerprint);
        if (_oldestFirst.Count > Capacity)
            _fingerprints.Remove(_oldestFirst.Dequeue());
    }
}
