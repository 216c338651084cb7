using System.Buffers;
using System.Text;
using System.Text.Json;

namespace TermChat.Commands;

/// <summary>One JSON object on one line, for programs that read line by line.</summary>
internal static class JsonLine
{
    /// <param name="members">Writes what is in the object.</param>
    /// <returns>With the end of the line.</returns>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
