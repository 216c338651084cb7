using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Tests;

/// <summary>Small runs of what the report runs for minutes, against the real servers.</summary>
public sealed class ScenarioTests
{
    private static readonly Settings Short = new()
    {
        WarmUp = TimeSpan.FromSeconds(0.2),
        Round = TimeSpan.FromSeconds(0.2),
        Rounds = 1,
        Allocations = false,
    };

    [Fact]
    public async Task Every_server_that_is_installed_delivers_all_of_it()
    {
        var candidates = Candidates.Choose(Candidates.All(), [], TestContext.Current.TestOutputHelper!.WriteLine);

        var figures = await new Throughput(Topology.ManyToOne(2), Short).RunAsync(candidates, TestContext.Current.CancellationToken);

        Assert.Equal(candidates.Select(candidate => candidate.Name), figures.Select(figure => figure.Candidate).Distinct());
    }

    [Fact]
    public Task Silent_peers_register_with_keys_and_with_names() => HasFiguresAsync(new Connect(20, Short));

    [Fact]
    public Task Peers_that_were_away_find_what_was_kept_for_them() => HasFiguresAsync(new Store(60, Short));

    [Fact]
    public Task A_peer_that_comes_gets_all_that_waited() => HasFiguresAsync(new Drain(10, Short));

    private static async Task HasFiguresAsync(IScenario scenario)
    {
        var figures = await scenario.RunAsync([new RelayCandidate(RelayCandidate.Defaults)], TestContext.Current.CancellationToken);

        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.NotEmpty(figure.Rounds));
    }
}
