namespace TermChat.Screens;

/// <summary>The input line as one row of the screen, and where its cursor is.</summary>
internal static class InputRow
{
    /// <returns>The row, and the cell of the cursor in it. A text that is longer than the row is shown around the cursor.</returns>
    public static (Row Row, int Cursor) Of(InputLine input, string prompt, Look look, int width)
    {
        var start = Cells.Width(prompt) + 1;
        var room = Math.Max(1, width - start - 1);
        var before = Shown(input.BeforeCursor, look);
        var after = Shown(input.AfterCursor, look);

        // The end of what is before the cursor, with some room on the other side as long as there is something to see.
        var keep = Math.Max(1, room - Math.Min(Cells.Width(after), room / 4));
        var cut = false;
        var characters = Cells.Characters(before).ToList();
        var used = characters.Sum(Cells.Width);
        var first = 0;
        var ellipsis = Cells.Width(look.Marks.Ellipsis);
        while (used > keep - (cut ? ellipsis : 0) && first < characters.Count)
        {
            used -= Cells.Width(characters[first++]);
            cut = true;
        }

        var visible = (cut ? look.Marks.Ellipsis : "") + string.Concat(characters.Skip(first));
        var cursor = start + Cells.Width(visible);
        var row = Row.Of(prompt, Tone.Strong).Plus(" ").Plus(visible).Plus(Cells.Shorten(after, Math.Max(0, width - cursor), look.Marks.Ellipsis));
        return (row.Fit(width), Math.Min(cursor, Math.Max(0, width - 1)));
    }

    private static string Shown(string text, Look look) =>
        string.Join(look.Marks.NewLine, ShownText.Lines(text, look.Unicode));
}
