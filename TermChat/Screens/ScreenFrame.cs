using Client.Transport;

namespace TermChat.Screens;

/// <summary>Everything that is on the screen at one moment.</summary>
/// <param name="Rows">As many as the screen has, each exactly as wide.</param>
internal sealed record ScreenFrame(IReadOnlyList<Row> Rows, (int Column, int Row) Cursor)
{
    public const int MinWidth = 40;
    public const int MinHeight = 8;

    // Below this, names in the list would take the room that messages need.
    private const int WidthForList = 60;
    private const int MaxSaidRows = 6;
    private const int MaxWhyRows = 4;

    // What is said about the connection and the last command leaves the conversation its title and a line.
    private const int MinBodyHeight = 2;

    public static ScreenFrame Of(ScreenState state, int width, int height)
    {
        if (width < MinWidth || height < MinHeight)
            return TooSmall(width, height);

        var look = state.Look;
        var said = SaidRows(state, width, height - 3 - MinBodyHeight);
        var (input, cursor) = InputRow.Of(state.Input, look.Marks.Prompt, look, width);
        var bodyHeight = height - 3 - said.Count;
        var rows = new List<Row>();
        rows.AddRange(state.Page is { } page ? PageRows(page, look, width, bodyHeight)
            : state.Pane is null ? PageRows(ScreenPage.Welcome(state.Self), look, width, bodyHeight)
            : [.. ConversationFrame.Rows(state, width < WidthForList ? 0 : width < 100 ? 20 : 28, width, bodyHeight)]);
        rows.Add(Rule(state, width, bodyHeight));
        rows.AddRange(said);
        rows.Add(input);
        rows.Add(Status(state, width));
        return new ScreenFrame([.. rows.Select(row => row.Fit(width))], (cursor, height - 2));
    }

    private static List<Row> PageRows(ScreenPage page, Look look, int width, int height)
    {
        var rows = new List<Row> { Row.Of(" " + page.Title, Tone.Strong), Row.Empty };
        rows.AddRange(page.Rows(height - 2).Select(row => Row.Of(" ").Plus(row)));
        while (rows.Count < height)
            rows.Add(Row.Empty);
        if (page.HasBelow(height - 2))
            rows[^1] = rows[^1].PlusAtRight(Row.Of($" {look.Marks.Below} PageDown", Tone.Strong), width);
        return rows;
    }

    /// <summary>Why there is no connection, and below it what there is to say about the last command.</summary>
    private static List<Row> SaidRows(ScreenState state, int width, int height)
    {
        var said = state.Said
            .SelectMany(piece => WordWrap.Wrap(ShownText.OnOneRow(piece.Text, state.Look.Unicode), width - 1)
                .Select(text => Row.Of(text, piece.Tone)))
            .TakeLast(Math.Min(MaxSaidRows, height))
            .ToList();
        return [.. WhyRows(state, width).Take(height - said.Count), .. said];
    }

    private static IEnumerable<Row> WhyRows(ScreenState state, int width)
    {
        if (StatusText.Why(state.Connection, state.Look) is not { } why)
            return [];

        var rows = WordWrap.Wrap(why.Text, width - 1);
        return rows.Take(MaxWhyRows).Select((text, at) => Row.Of(
            at == MaxWhyRows - 1 && rows.Count > MaxWhyRows ? Cells.Shorten($"{text} {rows[at + 1]}", width - 1, state.Look.Marks.Ellipsis) : text, why.Tone));
    }

    private static Row Rule(ScreenState state, int width, int bodyHeight)
    {
        var marks = state.Look.Marks;
        var line = Row.Of(string.Concat(Enumerable.Repeat(marks.Across, width)), Tone.Quiet);
        if (state.Page is not null || state.Pane is not { IsAtEnd: false } pane)
            return line;

        var text = pane.NewBelow > 0 ? $" {marks.Below} {pane.NewBelow} new below " : $" {marks.Below} more below ";
        return line.PlusAtRight(Row.Of(text, pane.NewBelow > 0 ? Tone.Strong : Tone.Quiet).Plus(marks.Across + marks.Across, Tone.Quiet), width);
    }

    private static Row Status(ScreenState state, int width)
    {
        var path = state.Pane?.LastPath is { } kind and not TransportKind.None ? $"path: {LineStatus.PathName(kind)} {state.Look.Marks.Between} " : "";
        var help = state.Page is null ? "/help" : "Esc: back";
        var status = StatusText.Of(state.Connection, state.Now, state.Look);
        // Why there is no connection matters more than the way the last message went.
        var fits = Cells.Width(status.Text) + Cells.Width(path) + help.Length + 2 <= width;
        var right = Row.Of(fits ? $"  {path}{help}" : $"  {help}", Tone.Quiet);
        return Row.Of(Cells.Shorten(status.Text, width - right.Width, state.Look.Marks.Ellipsis), status.Tone).PlusAtRight(right, width);
    }

    private static ScreenFrame TooSmall(int width, int height)
    {
        var text = WordWrap.Wrap($"TermChat needs {MinWidth} x {MinHeight}; this is {width} x {height}.", width);
        var rows = text.Take(height).Select(row => Row.Of(row).Fit(width)).ToList();
        while (rows.Count < height)
            rows.Add(Row.Empty.Fit(width));
        return new ScreenFrame(rows, (0, 0));
    }
}
