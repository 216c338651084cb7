using System.Globalization;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>A row of a conversation, and the line it belongs to.</summary>
/// <param name="Line">The <see cref="ChatLine.Number"/>.</param>
internal readonly record struct LineRow(long Line, Row Row);

/// <summary>Lines of a conversation as rows of a pane of one width.</summary>
/// <remarks>Remembers the rows of lines that stay the same: a peer may send many long ones, and the screen is drawn at every key.</remarks>
internal sealed class LineRows(string theirName, Look look, int width)
{
    private const int TimeWidth = 6;
    private const int MaxNameWidth = 10;
    private const int Gap = 2;

    private readonly int _nameWidth = Math.Clamp(Cells.Width(theirName), "you".Length, MaxNameWidth);
    private Dictionary<long, (ChatLine Line, bool SaysReason, IReadOnlyList<Row> Rows)> _known = [];

    public string TheirName => theirName;

    public int Width => width;

    private int Start => TimeWidth + _nameWidth + Gap;

    private int Room => Math.Max(2, width - Start);

    /// <param name="lines">Oldest first.</param>
    /// <param name="newFrom">The first line the person has not seen; a row above it says so.</param>
    public IReadOnlyList<LineRow> Of(IReadOnlyList<ChatLine> lines, long? newFrom = null)
    {
        var rows = new List<LineRow>();
        var known = _known;
        _known = [];
        DateOnly? day = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var today = DateOnly.FromDateTime(look.Local(line.At).Date);
            if (today != day)
                rows.Add(new LineRow(line.Number, Separator(today.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture))));
            day = today;
            if (line.Number == newFrom)
                rows.Add(new LineRow(line.Number, Separator("new")));

            // Many lines often wait for the same reason; it is said once, under the last of them.
            var saysReason = line.State == LineState.Failed || i + 1 == lines.Count || lines[i + 1].Reason != line.Reason;
            var entry = known.TryGetValue(line.Number, out var before) && before.SaysReason == saysReason && before.Line == line
                ? before
                : (line, saysReason, OfLine(line, saysReason));
            _known[line.Number] = entry;
            rows.AddRange(entry.Rows.Select(row => new LineRow(line.Number, row)));
        }

        return rows;
    }

    private List<Row> OfLine(ChatLine line, bool saysReason)
    {
        var indent = Row.Of(new string(' ', Start));
        var tone = line.Kind == LineKind.Notice ? Tone.Notice : Tone.Plain;
        var rows = ShownText.Lines(line.Text, look.Unicode)
            .SelectMany(text => WordWrap.Wrap(text, Room))
            .Select((text, i) => (i == 0 ? Beginning(line) : indent).Plus(text, tone))
            .ToList();

        var status = LineStatus.Of(line, look.Marks);
        if (rows[^1].Width + Gap + status.Width <= width)
            rows[^1] = rows[^1].PlusAtRight(status, width);
        else if (line.Kind == LineKind.Mine)
            rows.Add(Row.Empty.PlusAtRight(status, width));

        if (saysReason && line.Reason is { } reason)
        {
            var reasonTone = line.State == LineState.Failed ? Tone.Bad : Tone.Quiet;
            rows.AddRange(WordWrap.Wrap(ShownText.OnOneRow(reason, look.Unicode), Room).Select(text => indent.Plus(text, reasonTone)));
        }

        return rows;
    }

    private Row Beginning(ChatLine line)
    {
        var name = line.Kind switch
        {
            LineKind.Mine => Row.Of("you", Tone.Mine),
            LineKind.Theirs => Row.Of(Cells.Shorten(theirName, _nameWidth, look.Marks.Ellipsis), Tone.Theirs),
            _ => Row.Of("--", Tone.Notice),
        };
        return Row.Of(look.Local(line.At).ToString("HH:mm", CultureInfo.InvariantCulture).PadRight(TimeWidth), Tone.Quiet).Plus(name.Fit(_nameWidth + Gap));
    }

    private Row Separator(string text)
    {
        var side = string.Concat(Enumerable.Repeat(look.Marks.Across, Math.Max(0, width - text.Length - 2) / 2));
        return Row.Of($"{side} {text} {side}", Tone.Quiet);
    }
}
