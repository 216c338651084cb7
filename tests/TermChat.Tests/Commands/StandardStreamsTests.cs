using TermChat.Commands;

namespace TermChat.Tests.Commands;

public sealed class StandardStreamsTests
{
    [Fact]
    public void A_relays_words_cannot_touch_the_terminal()
    {
        var errors = new StringWriter();
        var streams = new StandardStreams(() => Stream.Null, () => Stream.Null, errors);

        streams.Say("The relay refused: \u001b]0;owned\u0007\u202Eand\r\nmore");

        Assert.Equal($"termchat: The relay refused: \uFFFD]0;owned\uFFFD\uFFFDand more{Environment.NewLine}", errors.ToString());
    }
}
