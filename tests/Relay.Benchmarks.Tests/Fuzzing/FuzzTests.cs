using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Tests.Fuzzing;

/// <summary>Short runs of the program: thousands of wrong frames, hundreds of peers that come and go, and nothing comes of them.</summary>
public sealed class FuzzTests
{
    private static readonly ErrorCode[] Limits = [ErrorCode.TooManyFaults, ErrorCode.SendRateExceeded, ErrorCode.RateLimited];

    [Fact]
    public async Task The_relay_stands_twenty_thousand_wrong_frames_and_so_does_one_that_slows_them_down_by_its_limits()
    {
        var said = await FindsNothingAsync("fuzz", "--frames", "20000", "--seed", "7");

        // Which of them trip, and how often, depends on the machine.
        Assert.Contains(said, line => Limits.Any(limit => line.StartsWith($"| - answered with {limit} ", StringComparison.Ordinal)));
    }

    [Fact]
    public Task The_client_stands_five_thousand_frames_of_a_relay_gone_mad() => FindsNothingAsync("fuzz", "--side", "client", "--frames", "5000", "--seed", "7");

    [Fact]
    public Task Peers_that_come_and_go_leave_nothing_behind() => FindsNothingAsync("leak", "--cycles", "1500", "--warm-up", "500");

    [Fact]
    public async Task What_was_found_is_found_again_by_its_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            // A relay that writes down why it could not read a call: an exception in the log, which is what is looked for.
            const string Talkative = "Logging:LogLevel:Microsoft.AspNetCore.SignalR=Debug";
            await using var fuzz = ProgramProcess.Start("Relay.Benchmarks", "fuzz", "--frames", "2000", "--seed", "7", "--findings", folder.FullName, "--relay", Talkative);
            Assert.True(await fuzz.WaitForExitAsync() == 1, fuzz.Story());

            // Whose frames it were is not known: those of all connections are there.
            var files = folder.GetFiles("*-finding-1-*.hex");
            Assert.NotEmpty(files);
            var again = new List<int>();
            foreach (var file in files)
                again.Add(await ReplayAsync(file, "--relay", Talkative));
            Assert.Contains(1, again);
            Assert.Equal(0, await ReplayAsync(files[again.IndexOf(1)]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> ReplayAsync(FileInfo file, params string[] more)
    {
        await using var replay = ProgramProcess.Start("Relay.Benchmarks", ["fuzz", "--replay", file.FullName, .. more]);
        return await replay.WaitForExitAsync();
    }

    private static async Task<IReadOnlyList<string>> FindsNothingAsync(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        await using var program = ProgramProcess.Start("Relay.Benchmarks", arguments);

        var exitCode = await program.WaitForExitAsync();

        Assert.True(exitCode == 0, program.Story());
        Assert.Contains(program.Output.Lines, line => line.StartsWith("Nothing was found", StringComparison.Ordinal));
        return program.Output.Lines;
    }
}
