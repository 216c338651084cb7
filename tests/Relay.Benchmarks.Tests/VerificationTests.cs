using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Commands;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;
using TestKit;

namespace Relay.Benchmarks.Tests;

/// <summary>A server that goes wrong has no figure, however fast it was.</summary>
public sealed class VerificationTests
{
    private static readonly Settings Short = new()
    {
        WarmUp = TimeSpan.FromSeconds(0.1),
        Round = TimeSpan.FromSeconds(0.1),
        Rounds = 1,
        Allocations = false,
    };

    [Theory]
    [InlineData(Faulty.Wrong.Lost)]
    [InlineData(Faulty.Wrong.Repeated)]
    [InlineData(Faulty.Wrong.Late)]
    [InlineData(Faulty.Wrong.Changed)]
    internal async Task Whoever_goes_wrong_with_one_message_has_no_figure(Faulty.Wrong wrong)
    {
        // Not long, for the message that is lost: what is late for another reason has no figure either.
        var (said, exitCode) = await RunAsync(new Faulty(wrong), Short with { Patience = TimeSpan.FromSeconds(1) });

        Assert.Equal(1, exitCode);
        Assert.Contains($"No figures for throughput. faulty ({wrong}): ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("server CPU", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_server_has_figures_when_nothing_goes_wrong()
    {
        var (said, exitCode) = await RunAsync(new Faulty(Faulty.Wrong.Nothing), Short with { Patience = Eventually.Patience });

        Assert.True(exitCode == 0, said);
        Assert.Contains("| faulty (Nothing) | ", said, StringComparison.Ordinal);
    }

    private static async Task<(string Said, int ExitCode)> RunAsync(ICandidate candidate, Settings settings)
    {
        var output = new StringWriter();
        var exitCode = await Run.OneAsync(new Throughput(Topology.Pairs(1), settings), [candidate], null, output, TestContext.Current.CancellationToken);
        return (output.ToString(), exitCode);
    }
}
