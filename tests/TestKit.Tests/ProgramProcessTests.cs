using System.Diagnostics;
using System.Globalization;

namespace TestKit.Tests;

public sealed class ProgramProcessTests
{
    private static readonly Dictionary<string, string?> Nothing = [];

    [Fact]
    public async Task A_line_is_found_whether_it_was_written_before_or_comes_later()
    {
        await using var program = Shell("echo first; echo second; read line; echo got $line; echo oops >&2");

        Assert.Equal("second", await program.WaitForLineAsync("second"));
        Assert.Equal("first", await program.WaitForLineAsync("first"));
        await program.WriteLineAsync("third");

        Assert.Equal("got third", await program.WaitForLineAsync(line => line.StartsWith("got", StringComparison.Ordinal)));
        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal(["first", "second", "got third"], program.Output.Lines);
        Assert.Equal(["oops"], program.Errors.Lines);
    }

    [Fact]
    public async Task A_program_that_ends_before_its_line_tells_why()
    {
        await using var program = Shell("echo the port is taken >&2; exit 3");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => program.WaitForLineAsync("ready"));

        await program.WaitForExitAsync();
        Assert.Contains("sh ended", failure.Message);
        Assert.Contains("the port is taken", program.Story());
        Assert.Contains("Exit code 3", program.Story());
    }

    [Fact]
    public async Task A_line_that_does_not_come_in_time_fails_with_what_came_instead()
    {
        await using var program = Shell("echo still thinking; read line");
        await program.WaitForLineAsync("still");

        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => program.WaitForLineAsync("ready", within: TimeSpan.FromMilliseconds(50)));

        Assert.Contains("still thinking", failure.Message);
    }

    [Theory]
    [InlineData("Interrupt", 7)]
    [InlineData("Terminate", 8)]
    [InlineData("Kill", 128 + 9)]
    public async Task Signals_reach_the_program(string signal, int exitCode)
    {
        await using var program = Shell("trap 'exit 7' INT; trap 'exit 8' TERM; echo ready; read line");
        await program.WaitForLineAsync("ready");

        if (signal == "Interrupt")
            program.Interrupt();
        else if (signal == "Terminate")
            program.Terminate();
        else
            program.Kill();

        Assert.Equal(exitCode, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task A_suspended_program_stands_still_until_continued()
    {
        await using var program = Shell("while read line; do echo got $line; done");
        await program.WriteLineAsync("one");
        await program.WaitForLineAsync("got one");

        program.Suspend();
        await program.WriteLineAsync("two");
        await Assert.ThrowsAsync<TimeoutException>(() => program.WaitForLineAsync("got two", TimeSpan.FromMilliseconds(100)));
        program.Continue();

        await program.WaitForLineAsync("got two");
        program.CloseInput();
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task Disposal_leaves_no_process_behind()
    {
        var program = Shell("sleep 60 & echo $!; wait");
        var ids = new[] { program.Id, int.Parse(await program.WaitForLineAsync(""), CultureInfo.InvariantCulture) };

        await program.DisposeAsync();

        await Eventually.Is("the program and its child are gone", () => !ids.Any(IsRunning));
    }

    [Fact]
    public async Task The_environment_is_the_tests_own_with_changes()
    {
        var changes = new Dictionary<string, string?> { ["RELAY_TEST"] = "set", ["HOME"] = null };
        await using var program = ProgramProcess.Run("sh", changes, "-c", "echo \"[$RELAY_TEST] [$HOME] [${PATH:+path}]\"");

        Assert.Equal("[set] [] [path]", await program.WaitForLineAsync("["));
    }

    [Fact]
    public async Task A_dotnet_program_beside_the_tests_can_be_started()
    {
        await using var program = ProgramProcess.Start("TestKit.Tests", "-list", "classes");

        await program.WaitForLineAsync(nameof(ProgramProcessTests));

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Throws<FileNotFoundException>(() => ProgramProcess.Start("No.Such.Program"));
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static ProgramProcess Shell(string script) => ProgramProcess.Run("sh", Nothing, "-c", script);
}
