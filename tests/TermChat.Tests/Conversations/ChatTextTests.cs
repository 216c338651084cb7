using System.Text;
using TermChat.Conversations;

namespace TermChat.Tests.Conversations;

public sealed class ChatTextTests
{
    [Theory]
    [InlineData("plain text, with ünïcödé and 日本語")]
    [InlineData("")]
    public void Text_is_printed_as_it_is(string text) =>
        Assert.Equal(text, ChatText.Printable(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("\u001b[2Jcleared", "\uFFFD[2Jcleared")]
    [InlineData("two\nlines\r", "two\uFFFDlines\uFFFD")]
    [InlineData("bell\a tab\t back\b", "bell\uFFFD tab\uFFFD back\uFFFD")]
    [InlineData("\u009b31mred", "\uFFFD31mred")]
    [InlineData("right\u202Eleft", "right\uFFFDleft")]
    [InlineData("line\u2028paragraph\u2029", "line\uFFFDparagraph\uFFFD")]
    public void Text_of_strangers_cannot_touch_the_terminal(string text, string printed) =>
        Assert.Equal(printed, ChatText.Printable(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_no_text_are_printed_as_such() =>
        Assert.Equal("\uFFFD(\uFFFD", ChatText.Printable([0xC3, 0x28, 0xFF]));
}
