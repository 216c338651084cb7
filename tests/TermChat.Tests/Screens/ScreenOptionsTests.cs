using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class ScreenOptionsTests
{
    [Theory]
    [InlineData("TERM=xterm-256color LANG=en_US.UTF-8", true, true)]
    [InlineData("TERM=xterm-256color", true, true)]
    [InlineData("TERM=xterm LANG=C.utf8", true, true)]
    [InlineData("TERM=xterm LANG=en_US.UTF-8 LC_ALL=C", true, false)]
    [InlineData("TERM=xterm LANG=de_DE.ISO-8859-1", true, false)]
    [InlineData("TERM=linux LANG=C.UTF-8", true, false)]
    [InlineData("TERM=xterm NO_COLOR=1", false, true)]
    [InlineData("TERM=dumb", false, false)]
    [InlineData("TERM=vt100", false, false)]
    public void The_environment_says_what_the_terminal_can_show(string environment, bool color, bool unicode)
    {
        var variables = environment.Split(' ').Select(entry => entry.Split('=')).ToDictionary(entry => entry[0], entry => entry[1]);

        var options = ScreenOptions.From(name => variables.GetValueOrDefault(name));

        Assert.Equal((color, unicode), (options.Color, options.Unicode));
    }

    [Fact]
    public void The_framework_can_be_given_our_input() => Assert.NotNull(ScreenApplication.FromParts);
}
