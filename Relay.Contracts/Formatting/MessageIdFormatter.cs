using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace Relay.Contracts.Formatting;

/// <summary>A <see cref="MessageId"/> as 16 bytes. Any other number of bytes reads as the default, for the reader to refuse by its message's number.</summary>
public sealed class MessageIdFormatter : IMessagePackFormatter<MessageId>
{
    public void Serialize(ref MessagePackWriter writer, MessageId value, MessagePackSerializerOptions options) => Write(ref writer, value);

    public MessageId Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => Read(ref reader);

    internal static void Write(ref MessagePackWriter writer, MessageId id)
    {
        // None is no bytes, as an id that was never set has always been written.
        if (id == default)
        {
            writer.WriteBinHeader(0);
            return;
        }

        writer.WriteBinHeader(MessageId.Length);
        id.Write(writer.GetSpan(MessageId.Length));
        writer.Advance(MessageId.Length);
    }

    internal static MessageId Read(ref MessagePackReader reader)
    {
        if (reader.ReadBytes() is not { Length: MessageId.Length } bytes)
            return default;

        Span<byte> copy = stackalloc byte[MessageId.Length];
        bytes.CopyTo(copy);
        return MessageId.TryRead(copy, out var id) ? id : default;
    }
}
