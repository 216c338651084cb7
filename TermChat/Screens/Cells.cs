using System.Text;
using Terminal.Gui.Drawing;
using Terminal.Gui.Text;

namespace TermChat.Screens;

/// <summary>How much room text takes on a terminal, by the same tables that draw it.</summary>
internal static class Cells
{
    private static readonly string[] Singles = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    // Most text is ASCII, and the long way takes a thousand times as long.
    public static int Width(string text) => Ascii.IsValid(text) ? text.Length : text.GetColumns();

    /// <summary>What a person takes for single characters.</summary>
    public static IEnumerable<string> Characters(string text) => Ascii.IsValid(text) ? text.Select(Single) : GraphemeHelper.GetGraphemes(text);

    /// <summary>As much of the beginning as fits. A wide character is never halved.</summary>
    public static string Cut(string text, int width)
    {
        // Each UTF-16 unit takes at most two cells, so most texts need no look at their characters.
        if (text.Length * 2 <= width)
            return text;

        var used = 0;
        var length = 0;
        foreach (var character in Characters(text))
        {
            used += Width(character);
            if (used > width)
                return text[..length];
            length += character.Length;
        }

        return text;
    }

    private static string Single(char ascii) => Singles[ascii];

    /// <summary>As <see cref="Cut"/>, with a mark at the end of what was cut.</summary>
    public static string Shorten(string text, int width, string ellipsis) => Width(text) <= width
        ? text
        : Cut(Cut(text, Math.Max(0, width - Width(ellipsis))) + ellipsis, width);
}
