using CsCheck;
using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class InputLineTests
{
    private static readonly string[] Parts = ["a", " ", "日", "👍", "\n"];

    private readonly InputLine _line = new();

    [Fact]
    public void The_cursor_moves_by_what_people_take_for_characters()
    {
        _line.Insert("ae\u0301👍🏽b");

        _line.Left();
        _line.Left();
        Assert.Equal("👍🏽b", _line.AfterCursor);
        _line.Backspace();
        Assert.Equal("a👍🏽b", _line.Text);
        _line.Delete();
        Assert.Equal("ab", _line.Text);
    }

    [Fact]
    public void Text_goes_in_at_the_cursor()
    {
        _line.Insert("Hllo");
        _line.Home();
        _line.Right();

        _line.Insert("e");

        Assert.Equal(("He", "llo"), (_line.BeforeCursor, _line.AfterCursor));
    }

    [Fact]
    public void What_joins_its_neighbour_becomes_one_character_with_it()
    {
        _line.Insert("e");
        _line.Insert("\u0301");

        _line.Left();

        Assert.Equal(0, _line.Cursor);
        Assert.Equal("e\u0301", _line.AfterCursor);
    }

    [Fact]
    public void Words_are_jumped_over_and_deleted()
    {
        _line.Insert("one two  three");

        _line.WordLeft();
        Assert.Equal("three", _line.AfterCursor);
        _line.DeleteWordBack();
        Assert.Equal("one three", _line.Text);
        _line.Home();
        _line.WordRight();
        Assert.Equal(" three", _line.AfterCursor);
        _line.DeleteToEnd();
        Assert.Equal("one", _line.Text);
        _line.DeleteToStart();
        Assert.True(_line.IsEmpty);
    }

    [Theory]
    [InlineData("one\r\ntwo\rthree\n", "one\ntwo\nthree")]
    [InlineData("\u001b[31mred\u0007", "[31mred")]
    [InlineData("a\tb", "a\tb")]
    [InlineData("\n\n", "")]
    public void A_paste_loses_what_no_keyboard_types(string pasted, string text)
    {
        _line.Paste(pasted);

        Assert.Equal(text, _line.Text);
    }

    [Theory]
    [InlineData("short", 0, "› short              ", 2)]
    [InlineData("short", 5, "› short              ", 7)]
    [InlineData("a text that is longer than the row", 34, "› …nger than the row ", 20)]
    [InlineData("a text that is longer than the row", 0, "› a text that is lon…", 2)]
    [InlineData("two\nlines", 9, "› two↵lines          ", 11)]
    [InlineData("日本語", 3, "› 日本語             ", 8)]
    public void The_row_shows_the_text_around_the_cursor(string text, int cursor, string row, int cell)
    {
        _line.Set(text);
        _line.Home();
        for (var i = 0; i < cursor; i++)
            _line.Right();

        var (shown, at) = InputRow.Of(_line, "›", Look.Of(unicode: true, TimeZoneInfo.Utc), 21);

        Assert.Equal(row, shown.ToString());
        Assert.Equal(cell, at);
    }

    [Fact]
    public void However_long_the_text_the_row_fits_and_has_the_cursor_in_it() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(part => Parts[part]).Array[0, 80], Gen.Int[0, 80], Gen.Int[8, 40]).Sample((parts, cursor, width) =>
        {
            var line = new InputLine();
            line.Set(string.Concat(parts));
            line.Home();
            for (var i = 0; i < cursor; i++)
                line.Right();
            var (row, at) = InputRow.Of(line, "›", Look.Of(unicode: true, TimeZoneInfo.Utc), width);
            return row.Width == width && at >= 2 && at < width;
        });
}
