using System.Text;

namespace TermChat.Screens;

/// <summary>Breaks text into rows.</summary>
internal static class WordWrap
{
    /// <summary>Rows of at most so many cells, broken at spaces or between wide characters; inside a word only when it fills a whole row.</summary>
    /// <param name="text">On one line, and safe to print.</param>
    /// <returns>At least one row. Spaces at a break belong to no row.</returns>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        width = Math.Max(2, width);
        var rows = new List<string>();
        var row = new List<(string Text, int Width)>();
        var used = 0;
        var mayBreakAt = 0;
        var atBreak = false;

        foreach (var character in Cells.Characters(text))
        {
            var cells = Cells.Width(character);
            var isSpace = character == " ";
            if (atBreak && isSpace)
                continue;

            if (used + cells > width)
            {
                if (isSpace)
                {
                    BreakAt(row.Count);
                    atBreak = true;
                    continue;
                }

                BreakAt(mayBreakAt > 0 && cells == 1 ? mayBreakAt : row.Count);
            }

            atBreak = false;
            row.Add((character, cells));
            used += cells;
            if (isSpace || cells > 1)
                mayBreakAt = row.Count;
        }

        if (row.Count > 0 || rows.Count == 0)
            BreakAt(row.Count);
        return rows;

        void BreakAt(int index)
        {
            var text = new StringBuilder();
            foreach (var (character, _) in row.Take(index))
                text.Append(character);
            rows.Add(text.ToString().TrimEnd(' '));
            row.RemoveRange(0, index);
            used = row.Sum(character => character.Width);
            mayBreakAt = 0;
        }
    }
}
