using System.Globalization;
using System.Text;

namespace TermChat.Conversations;

/// <summary>The text of messages: what may be sent, and how strangers' text is shown.</summary>
internal static class ChatText
{
    /// <summary>The longest text in bytes of UTF-8. With everything around it, a message then fits into what a relay takes by default (65,536 bytes).</summary>
    public const int MaxBytes = 60_000;

    /// <summary>Whether this is text to send.</summary>
    /// <exception cref="ArgumentException">It is empty, or too long.</exception>
    public static void Check(string text)
    {
        if (text.Length == 0)
            throw new ArgumentException("There is no text to send.", nameof(text));
        if (Encoding.UTF8.GetByteCount(text) is var bytes and > MaxBytes)
            throw new ArgumentException($"The text is too long: {bytes} bytes of UTF-8, and a message holds {MaxBytes}. Send it in parts.", nameof(text));
    }

    /// <summary>Text as it may be printed: no character in it moves the cursor, colours, turns the direction of writing, or hides anything.</summary>
    public static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            printable.Append(IsSafe(rune) ? rune.ToString() : "\uFFFD");
        return printable.ToString();
    }

    /// <summary>As <see cref="Printable(string)"/>, for bytes that should be UTF-8.</summary>
    public static string Printable(ReadOnlySpan<byte> utf8) => Printable(Encoding.UTF8.GetString(utf8));

    /// <summary>Whether a character is nothing but what it looks like.</summary>
    public static bool IsSafe(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse);
}
