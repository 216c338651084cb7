using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>Leaves text readable, and escapes what JSON wants escaped and whatever could touch a terminal.</summary>
/// <remarks>The framework's encoders either escape every letter that is not English, or let characters through that turn the direction of writing.</remarks>
internal sealed class PlainJsonEncoder : JavaScriptEncoder
{
    public static readonly PlainJsonEncoder Instance = new();

    /// <summary>Two escapes of six characters, for what takes two UTF-16 units.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 12;

    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is '"' or '\\' || !Rune.TryCreate(unicodeScalar, out var rune) || !ChatText.IsSafe(rune);

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var characters = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; at < characters.Length;)
        {
            if (Rune.DecodeFromUtf16(characters[at..], out var rune, out var used) != System.Buffers.OperationStatus.Done || WillEncode(rune.Value))
                return at;
            at += used;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        Span<char> units = stackalloc char[2];
        var count = new Rune(unicodeScalar).EncodeToUtf16(units);
        var escaped = new Span<char>(buffer, bufferLength);
        numberOfCharactersWritten = 0;
        foreach (var unit in units[..count])
        {
            if (!escaped[numberOfCharactersWritten..].TryWrite(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}", out var written))
            {
                numberOfCharactersWritten = 0;
                return false;
            }

            numberOfCharactersWritten += written;
        }

        return true;
    }
}
