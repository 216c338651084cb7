using System.Text.Json;
using MessagePack;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Where each value of a message lies in its bytes, so that one can be put in the place of another.</summary>
internal static class Elements
{
    public static IReadOnlyList<Range> Of(Encoding encoding, ReadOnlySpan<byte> body) =>
        encoding == Encoding.Json ? OfJson(body) : OfMessagePack(body.ToArray());

    /// <summary>Whether the bytes are one value. Where they are not, no relay has to go on behind them.</summary>
    public static bool AreOne(Encoding encoding, ReadOnlyMemory<byte> body)
    {
        try
        {
            if (encoding == Encoding.Json)
            {
                var text = new Utf8JsonReader(body.Span);
                return text.Read() && text.TokenType == JsonTokenType.StartObject && text.TrySkip() && text.BytesConsumed == body.Length;
            }

            var reader = new MessagePackReader(body);
            reader.Skip();
            return reader.End;
        }
        catch (Exception broken) when (broken is JsonException or MessagePackSerializationException or EndOfStreamException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static List<Range> OfMessagePack(ReadOnlyMemory<byte> body)
    {
        var found = new List<Range>();
        var reader = new MessagePackReader(body);
        Walk(ref reader, found);
        return found;
    }

    private static void Walk(ref MessagePackReader reader, List<Range> found)
    {
        var start = (int)reader.Consumed;
        var place = found.Count;
        found.Add(default);
        if (reader.NextMessagePackType == MessagePackType.Array)
        {
            for (var left = reader.ReadArrayHeader(); left > 0; left--)
                Walk(ref reader, found);
        }
        else
        {
            reader.Skip();
        }

        found[place] = start..(int)reader.Consumed;
    }

    private static List<Range> OfJson(ReadOnlySpan<byte> body)
    {
        var found = new List<Range>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    open.Push((int)reader.TokenStartIndex);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    found.Add(open.Pop()..(int)reader.BytesConsumed);
                    break;
                case JsonTokenType.PropertyName:
                    // Without its colon.
                    found.Add((int)reader.TokenStartIndex..((int)reader.TokenStartIndex + reader.ValueSpan.Length + 2));
                    break;
                default:
                    found.Add((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
                    break;
            }
        }

        return found;
    }
}
