using Relay.Benchmarks.Chaos;
using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Chaos.Reporting;

namespace Relay.Benchmarks.Tests.Chaos;

/// <summary>The promise in the middle of everything that can go wrong, with the real server in processes of its own.</summary>
public sealed class ChaosRunTests
{
    [Fact]
    public async Task Whatever_goes_wrong_what_was_accepted_comes_in_order_once_or_is_reported_and_nothing_is_left_behind()
    {
        var settings = new ChaosSettings { Seed = 1, Duration = TimeSpan.FromSeconds(20), Peers = 40, MessagesPerSecond = 200 };
        using var subject = new RelaySubject(settings);
        var outcome = await ChaosRun.RunAsync(settings, subject, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken);

        var story = new StringWriter();
        ChaosTable.Write(story, outcome);
        ChaosTable.WriteFaults(story, outcome);
        Assert.True(outcome.IsFine, story.ToString());

        // A run in which nothing went wrong would be fine as well.
        Assert.Equal(Enum.GetValues<Happening>(), outcome.Done.Keys.Order());
        Assert.True(outcome.SlowedSends > 0 && outcome.PolledConnections > 0, story.ToString());
        Assert.True(outcome.Verdict.Delivered > 1000 && outcome.Verdict.ReportedLost.Values.Sum() > 0, story.ToString());
    }
}
