namespace TestKit.Tests;

public sealed class TmuxTerminalTests
{
    private static readonly Dictionary<string, string?> Nothing = [];

    [Fact]
    public async Task A_program_sees_keys_and_its_screen_can_be_read()
    {
        await using var terminal = await ShellAsync("read line; echo \"got <$line>\"; read line");

        await terminal.TypeAsync("it's 日本 -- \"quoted\"; $HOME;");
        await terminal.PressAsync("Enter");

        await terminal.WaitForAsync("got <it's 日本 -- \"quoted\"; $HOME;>");
    }

    [Fact]
    public async Task A_program_that_has_ended_leaves_its_screen_and_exit_code()
    {
        // It waits until its words are there: what a program writes with its last breath can still be on its way when tmux hears that it has ended.
        await using var terminal = await ShellAsync("echo the end; read line; exit 3");
        await terminal.WaitForAsync("the end");
        await terminal.PressAsync("Enter");

        Assert.Equal(3, await terminal.WaitForExitAsync());
        Assert.Contains("the end", await terminal.CaptureAsync());
    }

    [Fact]
    public async Task A_program_that_a_signal_ended_has_an_exit_code_as_in_a_shell()
    {
        await using var terminal = await ShellAsync("kill -KILL $$");

        Assert.Equal(128 + 9, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task The_terminal_has_the_size_that_was_asked_for_and_can_be_resized()
    {
        await using var terminal = await ShellAsync("stty size; read line; stty size; read line");
        await terminal.WaitForAsync("24 80");

        await terminal.ResizeAsync(120, 40);
        await terminal.PressAsync("Enter");

        await terminal.WaitForAsync("40 120");
    }

    [Fact]
    public async Task The_environment_is_the_tests_own_with_changes()
    {
        var changes = new Dictionary<string, string?> { ["RELAY_TEST"] = "it's set", ["HOME"] = null, ["LC_ALL"] = "C" };
        await using var terminal = await TmuxTerminal.RunAsync(80, 24, changes, "sh", "-c", "echo \"[$RELAY_TEST] [$HOME] [$LC_ALL]\"; read line");

        await terminal.WaitForAsync("[it's set] [] [C]");
    }

    [Fact]
    public async Task A_screen_that_does_not_come_in_time_fails_with_what_came_instead()
    {
        await using var terminal = await ShellAsync("echo still thinking; read line");
        await terminal.WaitForAsync("still");

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => terminal.WaitForAsync("ready", TimeSpan.FromMilliseconds(50)));

        Assert.Contains("still thinking", failure.Message);
    }

    [Fact]
    public async Task Disposal_ends_the_program_as_closing_a_terminal_does()
    {
        var terminal = await ShellAsync("echo ready; read line");
        await terminal.WaitForAsync("ready");
        var id = await terminal.AskAsync("#{pane_pid}");

        await terminal.DisposeAsync();

        await Eventually.Is("the program is gone", () => !Directory.Exists("/proc/" + id));
    }

    private static Task<TmuxTerminal> ShellAsync(string script)
    {
        Assert.SkipWhen(TmuxTerminal.Unavailable is not null, TmuxTerminal.Unavailable ?? "");
        return TmuxTerminal.RunAsync(80, 24, Nothing, "sh", "-c", script);
    }
}
