using System.Globalization;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>A row of a conversation, and the line it belongs to.</summary>
/// <param name="Line">The <see cref="ChatLine.Number"/>.</param>
internal readonly record struct LineRow(long Line, Row Row);

/// <summary>Lines of a conversation as rows of the screen.</summary>
internal static class LineRows
{
    private const int TimeWidth = 6;
    private const int MaxNameWidth = 10;
    private const int Gap = 2;

    /// <param name="lines">Oldest first.</param>
    /// <param name="theirName">What the peer is called.</param>
    /// <param name="newFrom">The first line the person has not seen; a row above it says so.</param>
    public static IReadOnlyList<LineRow> Of(IReadOnlyList<ChatLine> lines, string theirName, Look look, int width, long? newFrom = null)
    {
        var rows = new List<LineRow>();
        DateOnly? day = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var today = DateOnly.FromDateTime(look.Local(line.At).Date);
            if (today != day)
                rows.Add(new LineRow(line.Number, Separator(DayName(today), look, width)));
            day = today;
            if (line.Number == newFrom)
                rows.Add(new LineRow(line.Number, Separator("new", look, width)));

            // Many lines often wait for the same reason; it is said once, under the last of them.
            var saysReason = i + 1 == lines.Count || lines[i + 1].Reason != line.Reason || line.State == LineState.Failed;
            rows.AddRange(OfLine(line, theirName, look, width, saysReason).Select(row => new LineRow(line.Number, row)));
        }

        return rows;
    }

    private static IEnumerable<Row> OfLine(ChatLine line, string theirName, Look look, int width, bool saysReason)
    {
        var nameWidth = Math.Clamp(Cells.Width(theirName), "you".Length, MaxNameWidth);
        var start = TimeWidth + nameWidth + Gap;
        var room = Math.Max(2, width - start);
        var status = LineStatus.Of(line, look.Marks);
        var (name, tone) = line.Kind switch
        {
            LineKind.Mine => ("you", Tone.Mine),
            LineKind.Theirs => (Cells.Shorten(theirName, nameWidth, look.Marks.Ellipsis), Tone.Theirs),
            _ => ("--", Tone.Notice),
        };
        var textTone = line.Kind == LineKind.Notice ? Tone.Notice : Tone.Plain;
        var texts = ShownText.Lines(line.Text, look.Unicode).SelectMany(text => WordWrap.Wrap(text, room)).ToList();

        var time = look.Local(line.At).ToString("HH:mm", CultureInfo.InvariantCulture);
        var indent = new string(' ', start);
        for (var i = 0; i < texts.Count; i++)
        {
            var row = i == 0
                ? Row.Of(time, Tone.Quiet).Plus(" ").Plus(Row.Of(name, tone).Fit(nameWidth)).Plus(new string(' ', Gap)).Plus(texts[i], textTone)
                : Row.Of(indent).Plus(texts[i], textTone);
            var isLast = i == texts.Count - 1;
            if (isLast && row.Width + Gap + status.Width <= width)
                row = row.PlusAtRight(status, width);
            yield return row;
            if (isLast && row.Width + Gap + status.Width > width && !ReferenceEquals(status, Row.Empty) && row.Width != width)
                yield return Row.Empty.PlusAtRight(status, width);
        }

        if (saysReason && line.Reason is { } reason)
        {
            foreach (var text in WordWrap.Wrap(ShownText.OnOneRow(reason, look.Unicode), room))
                yield return Row.Of(indent).Plus(text, line.State == LineState.Failed ? Tone.Bad : Tone.Quiet);
        }
    }

    private static Row Separator(string text, Look look, int width)
    {
        var side = Math.Max(0, width - text.Length - 2) / 2;
        var line = string.Concat(Enumerable.Repeat(look.Marks.Across, side));
        return Row.Of(line, Tone.Quiet).Plus($" {text} ", Tone.Quiet).Plus(line, Tone.Quiet);
    }

    private static string DayName(DateOnly day) => day.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture);
}
