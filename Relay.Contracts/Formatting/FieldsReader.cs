using System.Buffers.Binary;
using MessagePack;

namespace Relay.Contracts.Formatting;

/// <summary>
/// Reads messages as every encoder writes them - three fields, the shortest form of each - off one piece of memory, where that
/// costs a third of what <see cref="MessagePackReader"/> takes for any form in any number of pieces. What is written
/// otherwise is left to that.
/// </summary>
internal ref struct FieldsReader
{
    private readonly ReadOnlySpan<byte> _bytes;

    // Messages to or from one peer mostly follow each other.
    private ReadOnlySpan<byte> _lastPeerBytes;
    private string? _lastPeer;

    public FieldsReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many bytes have been read.</summary>
    public int Consumed { get; private set; }

    /// <returns>False, and nothing read, if the next message is not written in the usual way, or not all of it is here.</returns>
    public bool TryRead(out MessageFields fields)
    {
        fields = default;
        var rest = _bytes[Consumed..];
        if (rest.Length < 2 || rest[0] != (MessagePackCode.MinFixArray | 3))
            return false;

        // The text: fixstr, or str8 with a length of its own.
        var (at, length) = (rest[1] & 0xe0) == MessagePackCode.MinFixStr ? (2, rest[1] & 0x1f)
            : rest[1] == MessagePackCode.Str8 && rest.Length > 2 ? (3, rest[2])
            : (0, 0);
        if (at == 0 || rest.Length < at + length + 2 + MessageId.Length + 2)
            return false;

        var peer = rest.Slice(at, length);
        rest = rest[(at + length)..];
        if (rest[0] != MessagePackCode.Bin8 || rest[1] != MessageId.Length || !MessageId.TryRead(rest.Slice(2, MessageId.Length), out var id))
            return false;

        rest = rest[(2 + MessageId.Length)..];
        if (!TryReadLength(rest, out at, out length) || rest.Length - at < length)
            return false;

        var payload = MessageFields.RoomFor(length);
        rest.Slice(at, length).CopyTo(payload);
        Consumed = _bytes.Length - rest.Length + at + length;
        fields = new MessageFields(TextOf(peer), id, payload);
        return true;
    }

    private string? TextOf(ReadOnlySpan<byte> peer)
    {
        if (_lastPeer is null || !peer.SequenceEqual(_lastPeerBytes))
        {
            _lastPeerBytes = peer;
            _lastPeer = PeerIdTexts.Get(peer);
        }

        return _lastPeer;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bin, out int at, out int length)
    {
        (at, length) = bin switch
        {
            [MessagePackCode.Bin8, var one, ..] => (2, one),
            [MessagePackCode.Bin16, _, _, ..] => (3, BinaryPrimitives.ReadUInt16BigEndian(bin[1..])),
            [MessagePackCode.Bin32, _, _, _, _, ..] => (5, (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bin[1..]), int.MaxValue)),
            _ => (0, 0),
        };
        return at > 0;
    }
}
