using System.Text.Json;
using System.Text.Json.Serialization;

namespace Relay.Contracts.Formatting;

/// <summary>A <see cref="MessageId"/> in JSON, as all bytes are there: in base64. What is no id reads as the default.</summary>
public sealed class MessageIdConverter : JsonConverter<MessageId>
{
    public override MessageId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MessageId.TryRead(reader.GetBytesFromBase64(), out var id) ? id : default;

    public override void Write(Utf8JsonWriter writer, MessageId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteBase64StringValue(value == default ? [] : value.ToBytes());
    }
}
