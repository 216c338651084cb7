using TestKit;

namespace Relay.Benchmarks.Tests.Fuzzing;

/// <summary>A short run of the program: thousands of wrong frames, and nothing comes of them.</summary>
public sealed class FuzzTests
{
    [Fact]
    public async Task The_relay_stands_twenty_thousand_wrong_frames()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        await using var program = ProgramProcess.Start("Relay.Benchmarks", "fuzz", "--frames", "20000", "--seed", "7");

        var exitCode = await program.WaitForExitAsync();

        Assert.True(exitCode == 0, program.Story());
        Assert.Contains(program.Output.Lines, line => line.StartsWith("Nothing was found", StringComparison.Ordinal));
    }
}
