using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class CompletionTests
{
    private static readonly string[] Names = ["bob", "Bonnie", "carol"];

    [Theory]
    [InlineData("/he", "/help ", "")]
    [InlineData("/c", "/contacts ", "")]
    [InlineData("/msg c", "/msg carol ", "")]
    [InlineData("/msg B", "/msg bo", "bob Bonnie")]
    [InlineData("/ping ", "/ping ", "bob Bonnie carol")]
    [InlineData("/rename car", "/rename carol ", "")]
    [InlineData("/", "/", "/add /contacts /forget /help /id /msg /ping /quit /reconnect /rename")]
    [InlineData("/msg bob car", "/msg bob car", "")]
    [InlineData("/help c", "/help c", "")]
    [InlineData("/nothing", "/nothing", "")]
    [InlineData("Hello, bo", "Hello, bo", "")]
    [InlineData("//he", "//he", "")]
    [InlineData("", "", "")]
    public void Tab_completes_commands_and_names(string text, string completed, string choices)
    {
        var completion = Completion.Of(text, Names);

        Assert.Equal(completed, completion.Text);
        Assert.Equal(choices, string.Join(' ', completion.Choices));
    }
}
