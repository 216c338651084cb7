using Client.Transport;
using Relay.Contracts;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>One conversation on show: which of its lines are loaded, and which of them are in sight.</summary>
/// <remarks>
/// Older lines are loaded when the person scrolls towards them. While the end is in sight, it stays in sight; scrolled
/// back, what is in sight stays where it is, whatever comes in below and however the terminal is resized.
/// </remarks>
internal sealed class MessagePane(IChat chat, PeerId peer, Look look)
{
    private const int PageOfLines = 100;

    // A hundred of the longest messages would take seconds to lay out. So much text fills any screen many times.
    private const int PageOfCharacters = 200_000;

    private IReadOnlyList<ChatLine> _lines = [];
    private IReadOnlyList<LineRow> _rows = [];
    private bool _hasAll;
    private LineRows _layout = new("", look, 1);
    private int _height = 1;

    // The last row in sight, as a line and a row of that line; null while the end is in sight.
    private (long Line, int Row)? _anchor;

    // The last line there was when the person left the end.
    private long _known;
    private long? _newFrom;

    public PeerId Peer { get; } = peer;

    /// <summary>Whether the newest line is in sight, and stays so.</summary>
    public bool IsAtEnd => _anchor is null;

    public bool IsEmpty => _lines.Count == 0;

    /// <summary>The way the latest line went or came that has gone any.</summary>
    public TransportKind LastPath => _lines.LastOrDefault(line => line.Path != TransportKind.None)?.Path ?? TransportKind.None;

    /// <summary>Lines that came in below while the person reads further up.</summary>
    public int NewBelow => IsAtEnd ? 0 : _lines.Count(line => line.Number > _known && line.Kind != LineKind.Mine);

    /// <summary>A text this side wrote, so many back.</summary>
    /// <returns>Null when there is none, or none that is loaded.</returns>
    public string? OwnText(int back) => _lines.Where(line => line.Kind == LineKind.Mine).Reverse().ElementAtOrDefault(back)?.Text;

    /// <summary>Loads the end of the conversation.</summary>
    /// <param name="unread">So many of its last lines are new to the person.</param>
    public void Open(int unread)
    {
        Load(PageOfLines + unread);
        var theirs = _lines.Where(line => line.Kind == LineKind.Theirs).ToList();
        if (unread > 0 && theirs.Count >= unread)
            _newFrom = theirs[^unread].Number;
    }

    /// <summary>Reads again what is loaded, and what came after it.</summary>
    public void Refresh()
    {
        if (IsAtEnd)
        {
            Load(PageOfLines);
            return;
        }

        // What is in sight may reach back to the first line that was loaded, wherever the end is by now.
        var first = _lines[0].Number;
        for (var count = _lines.Count + PageOfLines; ; count *= 2)
        {
            Load(count);
            if (_hasAll || _lines.Count == 0 || _lines[0].Number <= first)
                return;
        }
    }

    /// <summary>What is said no longer is new.</summary>
    public void ForgetNew() => _newFrom = null;

    public void GoToEnd() => _anchor = null;

    /// <summary>Moves what is in sight: up and into the past with a negative number.</summary>
    public void Scroll(int rows)
    {
        if (_rows.Count <= _height && (_hasAll || !TryLoadOlder()))
            return;

        var bottom = BottomIndex() + rows;
        while (bottom < _height - 1 && TryLoadOlder())
            bottom = BottomIndex() + rows;

        bottom = Math.Max(bottom, Math.Min(_height, _rows.Count) - 1);
        if (bottom >= _rows.Count - 1)
        {
            GoToEnd();
            return;
        }

        if (IsAtEnd)
            _known = _lines[^1].Number;
        _anchor = AnchorAt(bottom);
    }

    /// <summary>The rows in sight, at most <paramref name="height"/>, for a pane of this size.</summary>
    public IReadOnlyList<Row> Rows(string theirName, int width, int height)
    {
        _height = height;
        if (_layout.Width != width || _layout.TheirName != theirName)
            _layout = new LineRows(theirName, look, width);
        _rows = _layout.Of(_lines, _newFrom);
        var bottom = BottomIndex();

        // After a resize, rows further down may fit too.
        bottom = Math.Max(bottom, Math.Min(height, _rows.Count) - 1);
        if (bottom >= _rows.Count - 1)
            GoToEnd();
        return [.. _rows.Take(bottom + 1).TakeLast(height).Select(row => row.Row)];
    }

    private void Load(int count)
    {
        var lines = chat.Lines(Peer, count);
        _lines = IsAtEnd ? Page(lines) : lines;
        _hasAll = lines.Count < count && _lines.Count == lines.Count;
    }

    private bool TryLoadOlder()
    {
        if (_hasAll || _lines.Count == 0)
            return false;

        var bottom = AnchorAt(BottomIndex());
        var lines = chat.Lines(Peer, PageOfLines, before: _lines[0].Number);
        var older = Page(lines);
        _hasAll = lines.Count < PageOfLines && older.Count == lines.Count;
        _lines = [.. older, .. _lines];
        _rows = _layout.Of(_lines, _newFrom);
        if (IsAtEnd)
            _known = _lines[^1].Number;
        _anchor = bottom;
        return older.Count > 0;
    }

    /// <summary>The last of these lines, as far as they are not too much text. At least one, if there is one.</summary>
    private static IReadOnlyList<ChatLine> Page(IReadOnlyList<ChatLine> lines)
    {
        var left = PageOfCharacters;
        var first = lines.Count;
        while (first > 0 && (left -= lines[first - 1].Text.Length) >= 0)
            first--;
        return first == 0 ? lines : [.. lines.Skip(Math.Min(first, lines.Count - 1))];
    }

    private int BottomIndex()
    {
        if (_anchor is not { } anchor)
            return _rows.Count - 1;

        var first = Find(anchor.Line);
        if (first < 0)
            return _rows.Count - 1;

        var count = 0;
        while (first + count < _rows.Count && _rows[first + count].Line == anchor.Line)
            count++;
        return first + Math.Min(anchor.Row, count - 1);
    }

    private int Find(long line)
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Line >= line)
                return i;
        }

        return -1;
    }

    private (long Line, int Row)? AnchorAt(int index)
    {
        if (index < 0)
            return null;

        var line = _rows[index].Line;
        var row = 0;
        while (index - row > 0 && _rows[index - row - 1].Line == line)
            row++;
        return (line, row);
    }
}
