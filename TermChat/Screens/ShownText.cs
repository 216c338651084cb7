using System.Text;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>Anybody's text as it may go on the screen.</summary>
internal static class ShownText
{
    // A letter with a handful of accents is a word in some language; one with hundreds is a tower that covers its neighbours.
    private const int MaxMarks = 8;

    /// <summary>The text's own lines, without anything that could touch the terminal.</summary>
    public static IEnumerable<string> Lines(string text, bool unicode) => text
        .Replace("\r\n", "\n", StringComparison.Ordinal)
        .Split('\n', '\r')
        .Select(line => OnOneRow(line, unicode));

    /// <summary>The text on one row, without anything that could touch the terminal.</summary>
    public static string OnOneRow(string text, bool unicode)
    {
        var printable = ChatText.Printable(text.Replace("\t", "    ", StringComparison.Ordinal));
        if (Ascii.IsValid(printable))
            return printable;

        var shown = new StringBuilder(printable.Length);
        foreach (var character in Cells.Characters(printable))
            shown.Append(unicode ? Bounded(character) : Plain(character));
        return shown.ToString();
    }

    private static string Bounded(string character)
    {
        // What takes no room would be drawn over its neighbour.
        if (Cells.Width(character) == 0)
            return "\uFFFD";
        if (character.Length <= MaxMarks)
            return character;

        var runes = character.EnumerateRunes().Take(MaxMarks);
        return string.Concat(runes.Select(rune => rune.ToString()));
    }

    // Bytes above ASCII are not only unreadable to a terminal that expects another encoding: some are commands to it.
    private static string Plain(string character) => Ascii.IsValid(character) ? character : "?";
}
