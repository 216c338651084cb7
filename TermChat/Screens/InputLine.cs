using System.Text;

namespace TermChat.Screens;

/// <summary>The text a person is writing, with a cursor in it.</summary>
/// <remarks>The cursor only stands between what a person takes for characters. Line breaks are characters: a pasted text with many lines is one message.</remarks>
internal sealed class InputLine
{
    private List<string> _characters = [];

    public string Text => string.Concat(_characters);

    public bool IsEmpty => _characters.Count == 0;

    /// <summary>How many characters are before it.</summary>
    public int Cursor { get; private set; }

    public string BeforeCursor => string.Concat(_characters.Take(Cursor));

    public string AfterCursor => string.Concat(_characters.Skip(Cursor));

    public void Set(string text)
    {
        _characters = [.. Cells.Characters(text)];
        Cursor = _characters.Count;
    }

    public void Set(string before, string after)
    {
        Set(before + after);
        Cursor = Cells.Characters(before).Count();
    }

    public void Clear() => Set("");

    /// <summary>Inserts at the cursor. What joins with its neighbours into one character, such as an accent, does.</summary>
    public void Insert(string text)
    {
        var before = BeforeCursor + text;
        var whole = before + AfterCursor;
        _characters = [.. Cells.Characters(whole)];

        var length = 0;
        Cursor = _characters.TakeWhile(character => (length += character.Length) <= before.Length).Count();
    }

    /// <summary>As <see cref="Insert"/>, for text from a clipboard: its line breaks are made one kind, and one at the end is left out.</summary>
    public void Paste(string text) => Insert(Plain(text).TrimEnd('\n'));

    public void Left() => Cursor = Math.Max(0, Cursor - 1);

    public void Right() => Cursor = Math.Min(_characters.Count, Cursor + 1);

    public void Home() => Cursor = 0;

    public void End() => Cursor = _characters.Count;

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < _characters.Count && IsGap(_characters[Cursor]))
            Cursor++;
        while (Cursor < _characters.Count && !IsGap(_characters[Cursor]))
            Cursor++;
    }

    public void Backspace() => DeleteBack(Math.Max(0, Cursor - 1));

    public void Delete()
    {
        if (Cursor < _characters.Count)
            _characters.RemoveAt(Cursor);
    }

    public void DeleteWordBack() => DeleteBack(WordStart());

    public void DeleteToStart() => DeleteBack(0);

    public void DeleteToEnd() => _characters.RemoveRange(Cursor, _characters.Count - Cursor);

    private void DeleteBack(int start)
    {
        _characters.RemoveRange(start, Cursor - start);
        Cursor = start;
    }

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && IsGap(_characters[start - 1]))
            start--;
        while (start > 0 && !IsGap(_characters[start - 1]))
            start--;
        return start;
    }

    private static bool IsGap(string character) => string.IsNullOrWhiteSpace(character);

    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            // A clipboard can hold anything; what no keyboard types is left out.
            if (rune.Value is '\n' or '\t' || !Rune.IsControl(rune))
                plain.Append(rune.ToString());
        }

        return plain.ToString();
    }
}
