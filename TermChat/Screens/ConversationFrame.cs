using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>The list of conversations and beside it the open one.</summary>
internal static class ConversationFrame
{
    /// <param name="listWidth">0 for no list.</param>
    public static IEnumerable<Row> Rows(ScreenState state, int listWidth, int width, int height)
    {
        if (listWidth == 0)
            return PaneRows(state, width, height, listIsHidden: true);

        var between = Row.Of($" {state.Look.Marks.Down} ", Tone.Quiet);
        var list = ListRows(state, listWidth, height);
        var pane = PaneRows(state, width - listWidth - between.Width, height, listIsHidden: false);
        return list.Zip(pane, (left, right) => left.Fit(listWidth).Plus(between).Plus(right));
    }

    private static List<Row> ListRows(ScreenState state, int width, int height) => Fill(
        [Row.Of("  Conversations", Tone.Quiet), .. ConversationRows.Of(state.Conversations, state.Pane?.Peer, state.Look, width, height - 1)], height);

    private static List<Row> PaneRows(ScreenState state, int width, int height, bool listIsHidden)
    {
        var (pane, current, look) = (state.Pane!, state.Current!, state.Look);
        var title = Row.Of(PeerLabel.Of(current.Peer, current.Name, look.Marks), Tone.Strong);
        if (current.Name is not null && current.Peer.IsKey)
            title = title.Plus($" {look.Marks.Between} {PeerLabel.Short(current.Peer, look.Marks)}", Tone.Quiet);
        var elsewhere = state.Conversations.Where(other => other.Peer != current.Peer).Sum(other => other.Unread);
        if (listIsHidden && elsewhere > 0)
            title = title.PlusAtRight(Row.Of($"  {elsewhere} unread elsewhere", Tone.Strong), width);

        var rows = new List<Row> { title };
        if (Warning(current) is { } warning)
            rows.AddRange(WordWrap.Wrap(warning, width).Select(text => Row.Of(text, Tone.Warning)));

        // Read with what was on show: the name in the lines is the one in the title.
        var name = current.Name ?? (current.Peer.IsKey ? "them" : current.Peer.Value);
        var lines = pane.Rows(name, width, Math.Max(1, height - rows.Count));
        if (pane.IsEmpty)
            rows.AddRange([Row.Empty, Row.Of("Nothing was written yet.", Tone.Quiet)]);
        return Fill([.. rows, .. lines], height);
    }

    private static string? Warning(Conversation conversation) => conversation switch
    {
        { Peer.IsKey: false } => "An unproven name: anybody can claim it.",
        { Name: null } => "Not one of your contacts. /add NAME gives it a name.",
        _ => null,
    };

    private static List<Row> Fill(List<Row> rows, int height)
    {
        while (rows.Count < height)
            rows.Add(Row.Empty);
        return [.. rows.Take(height)];
    }
}
