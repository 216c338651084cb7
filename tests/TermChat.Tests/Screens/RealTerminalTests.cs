using TestKit;

namespace TermChat.Tests.Screens;

/// <summary>The full-screen client in a real terminal, over a chat in memory.</summary>
public sealed class RealTerminalTests
{
    private const string Connected = "connected to relay.example.com:9000";

    private static readonly Dictionary<string, string?> Nothing = [];

    [Theory]
    [InlineData("C-q")]
    [InlineData("C-c")]
    [InlineData("/quit")]
    public async Task Leaving_gives_the_terminal_back_as_it_was(string key)
    {
        await using var terminal = await ShellAsync($"stty -g; {Host()}; stty -g; read line");
        await terminal.WaitForAsync(Connected);
        Assert.Equal("1", await terminal.AskAsync("#{alternate_on}"));

        await terminal.PressAsync(key, "Enter");

        var screen = await terminal.WaitForAsync(screen => Settings(screen).Count == 2);
        Assert.Contains("left after 0 messages", screen);
        Assert.Equal(Settings(screen)[0], Settings(screen)[1]);
        Assert.Equal("0 1 0 0", await terminal.AskAsync("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{insert_flag}"));
        Assert.DoesNotContain(Connected, screen);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_gives_the_terminal_back_too(string signal)
    {
        await using var terminal = await ShellAsync($"trap : INT; {Host()}; echo ended by itself: $?; read line");
        await terminal.WaitForAsync(Connected);

        await using var kill = ProgramProcess.Run("pkill", Nothing, $"-{signal}", "-P", await terminal.AskAsync("#{pane_pid}"));

        await terminal.WaitForAsync("ended by itself: 0");
        Assert.Equal("0 1", await terminal.AskAsync("#{alternate_on} #{cursor_flag}"));
    }

    [Fact]
    public async Task Messages_typed_fast_are_sent_each_and_in_order()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);

        for (var i = 1; i <= 30; i++)
        {
            await terminal.TypeAsync($"message number {i}");
            await terminal.PressAsync("Enter");
        }

        await terminal.WaitForAsync("you   message number 30");
        await LeaveAsync(terminal, messages: 30);
        Assert.Contains(string.Concat(Enumerable.Range(11, 20).Select(i => $">message number {i}\n")), await terminal.CaptureAsync());
    }

    [Fact]
    public async Task A_paste_of_many_lines_is_one_message_and_waits_for_Enter()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);

        await terminal.PasteAsync("one\ntwo\nthree\n");
        await terminal.WaitForAsync("› one↵two↵three");
        await terminal.PressAsync("Enter");
        await terminal.WaitForAsync("✓✓ relay");

        await LeaveAsync(terminal, messages: 1);
        Assert.Contains(">one|two|three\n", await terminal.CaptureAsync());
    }

    [Fact]
    public async Task Keys_that_edit_arrive_as_they_are_meant()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);

        await terminal.TypeAsync("two wrong words");
        await terminal.PressAsync("C-Left", "C-w", "Home", "C-j", "M-Enter", "Up", "C-a");
        await terminal.TypeAsync("one");
        await terminal.PressAsync("End", "BSpace", "Left", "DC");
        await terminal.WaitForAsync("› one↵↵two wor\n");
        await terminal.PressAsync("C-u");
        await terminal.TypeAsync("/he");
        await terminal.PressAsync("Tab", "Enter");
        await terminal.WaitForAsync(" Help\n");
        await terminal.PressAsync("Escape");
        await terminal.WaitForAsync("Conversations");
        await terminal.PressAsync("M-Down");
        await terminal.WaitForAsync("│ carol");
        await terminal.PressAsync("C-p");
        await terminal.WaitForAsync("Not one of your contacts.");
    }

    [Fact]
    public async Task A_long_paste_keeps_every_character()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);
        var text = string.Concat(Enumerable.Repeat("日本語ü👍 ", 300)) + "end";

        await terminal.PasteAsync(text);
        await terminal.WaitForAsync("👍 end");
        await terminal.PressAsync("Enter");
        await terminal.WaitForAsync("✓✓ relay");

        await LeaveAsync(terminal, messages: 1);
        Assert.DoesNotContain("\uFFFD", await terminal.CaptureAsync());
    }

    [Fact]
    public async Task The_screen_follows_the_size_of_the_terminal_down_to_almost_nothing()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);

        foreach (var (columns, rows) in new[] { (120, 40), (59, 20), (40, 8), (20, 4), (2, 2) })
            await terminal.ResizeAsync(columns, rows);
        await terminal.ResizeAsync(30, 10);
        await terminal.WaitForAsync("TermChat needs 40 x 8");
        await terminal.ResizeAsync(100, 30);

        await terminal.WaitForAsync(screen => screen.Contains(Connected, StringComparison.Ordinal) && screen.Contains("Conversations", StringComparison.Ordinal));
        await terminal.TypeAsync("still here");
        await terminal.PressAsync("Enter");
        await terminal.WaitForAsync("you   still here");
    }

    [Fact]
    public async Task A_thousand_messages_at_once_hold_nothing_up()
    {
        await using var terminal = await StartAsync();
        await terminal.WaitForAsync(Connected);

        await terminal.TypeAsync("flood");
        await terminal.PressAsync("Enter");
        await terminal.TypeAsync("typed meanwhile");

        await terminal.WaitForAsync("line 1000 of the flood");
        await terminal.WaitForAsync("› typed meanwhile");
        await terminal.PressAsync("PageUp");
        await terminal.WaitForAsync("more below");
    }

    [Fact]
    public async Task A_terminal_without_color_and_UTF8_gets_neither()
    {
        var plain = new Dictionary<string, string?> { ["NO_COLOR"] = "1", ["LC_ALL"] = "C" };
        await using var terminal = await StartAsync(plain);

        var screen = await terminal.WaitForAsync(Connected);

        Assert.DoesNotContain(screen, character => character > '~');
        Assert.DoesNotMatch("\u001b\\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7])(?:;[0-9;]*)?m", await terminal.CaptureWithLooksAsync());
    }

    private static async Task LeaveAsync(TmuxTerminal terminal, int messages)
    {
        await terminal.PressAsync("C-q");
        await terminal.WaitForAsync($"left after {messages} messages");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    private static Task<TmuxTerminal> StartAsync(Dictionary<string, string?>? environment = null)
    {
        Assert.SkipWhen(TmuxTerminal.Unavailable is not null, TmuxTerminal.Unavailable ?? "");
        return TmuxTerminal.StartAsync(80, 24, "TermChat.ScreenHost", environment ?? Nothing);
    }

    private static Task<TmuxTerminal> ShellAsync(string script)
    {
        Assert.SkipWhen(TmuxTerminal.Unavailable is not null, TmuxTerminal.Unavailable ?? "");
        return TmuxTerminal.RunAsync(80, 24, Nothing, "sh", "-c", script);
    }

    private static List<string> Settings(string screen) => [.. screen.Split('\n').Where(line => line.Count(character => character == ':') > 10)];

    private static string Host() => $"dotnet '{Path.Combine(AppContext.BaseDirectory, "TermChat.ScreenHost.dll")}'";
}
