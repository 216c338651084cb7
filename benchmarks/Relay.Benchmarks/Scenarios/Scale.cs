using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>Whether a message costs more when more peers are connected.</summary>
internal sealed class Scale(Settings settings) : IScenario
{
    public const string ScenarioName = "scale";

    private const int Pairs = 5;

    /// <summary>How many peers are connected in all; the pairs that write are among them.</summary>
    public static readonly IReadOnlyList<int> Sizes = [10, 100, 1000, 10_000];

    public string Name => ScenarioName;

    public static string SettingOf(int peers, Settings settings) =>
        FormattableString.Invariant($"{peers:#,0} peers connected, {Pairs} pairs, {settings.PayloadText}");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        ICandidate[] silent = [.. candidates.OfType<ISilentCandidate>()];
        await using var stages = await Stages.StartAsync(silent, Topology.Pairs(Pairs), Patterns.FloodAsync, settings, cancellationToken);
        var figures = new List<Figure>();
        var crowds = stages.All.ToDictionary(
            stage => stage.Candidate.Name, stage => new SilentPeers((ISilentCandidate)stage.Candidate, stage.Server, stage.Exchange.Faults));
        try
        {
            foreach (var size in Sizes)
            {
                foreach (var crowd in crowds.Values)
                    await crowd.ConnectAsync(size - (2 * Pairs) - crowd.Count, PeerIdentity.NewKey, cancellationToken);
                var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => stage.MeasureAsync(settings.Round, cancellationToken));
                figures.AddRange(rounds.Select(candidate => new Figure(
                    Name, SettingOf(size, settings), candidate.Key, Metric.Cpu, [.. candidate.Value.Select(round => round.CpuPerMessage)])));
            }
        }
        finally
        {
            foreach (var crowd in crowds.Values)
                await crowd.DisposeAsync();
        }

        return figures;
    }
}
