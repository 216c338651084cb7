using Client.Transport;
using Relay.Benchmarks.Chaos;
using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Chaos.Reporting;

namespace Relay.Benchmarks.Tests.Chaos;

/// <summary>The promise in the middle of everything that can go wrong, with the real server in processes of its own.</summary>
public sealed class ChaosRunTests
{
    private static readonly ChaosSettings Short = new() { Seed = 1, Duration = TimeSpan.FromSeconds(20), Peers = 40, MessagesPerSecond = 200 };

    [Fact]
    public async Task Whatever_goes_wrong_what_was_accepted_comes_in_order_once_or_is_reported_and_nothing_is_left_behind()
    {
        var (outcome, story) = await RunAsync(Short);

        // A run in which nothing went wrong would be fine as well.
        Assert.Equal(Enum.GetValues<Happening>(), outcome.Done.Keys.Order());
        Assert.True(outcome.SlowedSends > 0 && outcome.PolledConnections > 0, story);
        Assert.True(outcome.Verdict.Delivered > 1000 && outcome.Verdict.ReportedLost.Values.Sum() > 0, story);
    }

    [Fact]
    public async Task A_relay_that_is_never_restarted_loses_nothing_by_a_restart_and_has_at_the_end_what_it_had_at_the_start()
    {
        var (outcome, story) = await RunAsync(Short with { Without = new HashSet<Happening> { Happening.Drain, Happening.Kill } });

        Assert.Equal(Enum.GetValues<Happening>().Except([Happening.Drain, Happening.Kill]), outcome.Done.Keys.Order());
        Assert.Equal(0, outcome.Verdict.ReportedLost.GetValueOrDefault(LossReason.RelayRestarted));
        Assert.True(outcome.Verdict.Delivered > 1000 && outcome.Verdict.ReportedLost.Values.Sum() > 0, story);
    }

    private static async Task<(ChaosOutcome Outcome, string Story)> RunAsync(ChaosSettings settings)
    {
        using var subject = new RelaySubject(settings);
        var outcome = await ChaosRun.RunAsync(settings, subject, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken);

        var story = new StringWriter();
        ChaosTable.Write(story, outcome);
        ChaosTable.WriteFaults(story, outcome);
        Assert.True(outcome.IsFine, story.ToString());
        return (outcome, story.ToString());
    }
}
