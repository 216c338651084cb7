using MessagePack;
using MessagePack.Formatters;

namespace Relay.Contracts.Formatting;

/// <summary>
/// Reads and writes a call that is a number and a list of messages: the same bytes as the attributes say, without an object
/// for each message, a boxed value for each field, or a new string for each PeerId.
/// </summary>
public abstract class MessagesFormatter<TCall, TMessage> : IMessagePackFormatter<TCall?>
    where TCall : class
    where TMessage : struct
{
    public void Serialize(ref MessagePackWriter writer, TCall? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var (first, messages) = Split(value);
        writer.WriteArrayHeader(2);
        writer.Write(first);
        if (messages is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(messages.Count);
        for (var i = 0; i < messages.Count; i++)
            FieldsOf(messages[i]).Write(ref writer);
    }

    public TCall? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
            return null;

        var (first, messages) = (0L, (TMessage[]?)null);
        var elements = reader.ReadArrayHeader();
        for (var i = 0; i < elements; i++)
        {
            if (i == 0)
                first = reader.ReadInt64();
            else if (i == 1)
                messages = ReadMessages(ref reader);
            else
                reader.Skip();
        }

        return Join(first, messages);
    }

    private protected abstract (long First, IReadOnlyList<TMessage>? Messages) Split(TCall call);

    private protected abstract TCall Join(long first, TMessage[]? messages);

    private protected abstract MessageFields FieldsOf(in TMessage message);

    private protected abstract TMessage MessageOf(in MessageFields fields);

    private TMessage[]? ReadMessages(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
            return null;

        var messages = new TMessage[MessageFields.ReadCount(ref reader)];
        for (var i = ReadUsual(ref reader, messages); i < messages.Length; i++)
            messages[i] = MessageOf(MessageFields.Read(ref reader));
        return messages;
    }

    /// <summary>Reads messages as long as they lie in one piece of memory and are written in the usual way.</summary>
    /// <returns>How many those are.</returns>
    private int ReadUsual(ref MessagePackReader reader, TMessage[] messages)
    {
        var usual = new FieldsReader(reader.Sequence.Slice(reader.Position).FirstSpan);
        var read = 0;
        while (read < messages.Length && usual.TryRead(out var fields))
            messages[read++] = MessageOf(fields);

        if (usual.Consumed > 0)
            reader.ReadRaw(usual.Consumed);
        return read;
    }
}
