using CsCheck;
using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("one\ntwo\r\nthree", "one|two|three")]
    [InlineData("\tcode", "    code")]
    [InlineData("\u001b[31mred\u001b[0m", "\uFFFD[31mred\uFFFD[0m")]
    [InlineData("\u0301alone", "\uFFFDalone")]
    [InlineData("日本語 👍", "日本語 👍")]
    public void Text_is_shown_without_what_could_touch_the_terminal(string text, string lines) =>
        Assert.Equal(lines, string.Join('|', ShownText.Lines(text, unicode: true)));

    [Fact]
    public void A_tower_of_accents_stays_low() =>
        Assert.Equal(8, ShownText.OnOneRow("z" + new string('\u0335', 1000), unicode: true).Length);

    [Fact]
    public void A_terminal_of_another_encoding_gets_ASCII_whatever_comes() => Gen.String.Sample(text =>
        ShownText.Lines(text, unicode: false).All(line => line.All(character => character is >= ' ' and <= '~')));

    [Fact]
    public void Nothing_that_comes_can_move_the_cursor() => Gen.String.Sample(text =>
        ShownText.Lines(text, unicode: true).All(line => !line.Any(char.IsControl) && Cells.Characters(line).All(character => Cells.Width(character) is 1 or 2)));
}
