using CsCheck;
using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class WordWrapTests
{
    private static readonly string[] Parts = ["a", "b", "long", " ", "  ", "日", "👍", "e\u0301", "-"];

    [Theory]
    [InlineData("", 10, "")]
    [InlineData("fits", 10, "fits")]
    [InlineData("exactly so", 10, "exactly so")]
    [InlineData("a few short words", 10, "a few|short|words")]
    [InlineData("unbreakableword", 5, "unbre|akabl|eword")]
    [InlineData("a longerword", 8, "a|longerwo|rd")]
    [InlineData("two  spaces   at the break", 10, "two|spaces|at the|break")]
    [InlineData("  indented", 10, "  indented")]
    [InlineData("日本語のテキスト", 7, "日本語|のテキ|スト")]
    [InlineData("ab日本語", 5, "ab日|本語")]
    [InlineData("👍👍👍", 4, "👍👍|👍")]
    [InlineData("e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301")]
    public void Text_is_broken_where_people_break_it(string text, int width, string rows) =>
        Assert.Equal(rows, string.Join('|', WordWrap.Wrap(text, width)));

    [Fact]
    public void No_row_is_too_wide_and_no_character_is_lost() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(part => Parts[part]).Array[0, 60], Gen.Int[2, 20]).Sample((parts, width) =>
        {
            var text = string.Concat(parts);
            var rows = WordWrap.Wrap(text, width);
            return rows.All(row => Cells.Width(row) <= width)
                && string.Concat(rows).Replace(" ", "", StringComparison.Ordinal) == text.Replace(" ", "", StringComparison.Ordinal);
        });
}
