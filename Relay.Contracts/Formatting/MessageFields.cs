using System.Buffers;
using MessagePack;

namespace Relay.Contracts.Formatting;

/// <summary>The fields every message has on the wire, either way: a PeerId's text, an id, a payload; and a fourth, where the message is a repeat.</summary>
internal readonly struct MessageFields(string? peer, MessageId id, ReadOnlyMemory<byte> payload, bool repeat = false)
{
    /// <summary>
    /// Messages read from one call. Far above what a relay takes or delivers (<see cref="RelayLimits.MaxBatchMessages"/>); it bounds the
    /// array that a frame full of nothing, a byte for each message, would otherwise make.
    /// </summary>
    private const int MaxMessages = 65_536;

    public string? Peer { get; } = peer;

    public MessageId Id { get; } = id;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    public bool Repeat { get; } = repeat;

    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(Repeat ? 4 : 3);
        writer.Write(Peer);
        MessageIdFormatter.Write(ref writer, Id);
        writer.Write(Payload.Span);
        if (Repeat)
            writer.Write(true);
    }

    /// <exception cref="MessagePackSerializationException">There are more messages than any relay or client means.</exception>
    public static int ReadCount(ref MessagePackReader reader) => reader.ReadArrayHeader() is <= MaxMessages and var count
        ? count
        : throw new MessagePackSerializationException($"A call holds at most {MaxMessages} messages.");

    public static MessageFields Read(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
            return default;

        var (peer, id, payload, repeat) = ((string?)null, default(MessageId), ReadOnlyMemory<byte>.Empty, false);
        var fields = reader.ReadArrayHeader();
        for (var i = 0; i < fields; i++)
        {
            switch (i)
            {
                case 0:
                    peer = PeerIdTexts.Read(ref reader);
                    break;
                case 1:
                    id = MessageIdFormatter.Read(ref reader);
                    break;
                case 2:
                    if (reader.ReadBytes() is { } bytes)
                    {
                        var copy = RoomFor((int)bytes.Length);
                        bytes.CopyTo(copy);
                        payload = copy;
                    }

                    break;
                case 3:
                    repeat = reader.ReadBoolean();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new MessageFields(peer, id, payload, repeat);
    }

    /// <summary>Memory for a payload, which is all written over: clearing it first took 4 percent of the CPU of all when payloads have 64 KiB.</summary>
    public static byte[] RoomFor(int length) => GC.AllocateUninitializedArray<byte>(length);
}
