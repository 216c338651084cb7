using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>Whether a message costs more when more peers are connected.</summary>
/// <remarks>
/// Connections have a cost of their own, their pings, which is there without any message too. It is measured before the messages come, and told apart.
/// One server after the other: both sides of all their connections would be too many open files.
/// </remarks>
internal sealed class Scale(Settings settings) : IScenario
{
    public const string ScenarioName = "scale";

    private const int Pairs = 5;

    // As long as the relay's KeepAliveInterval: each connection is pinged once.
    private static readonly TimeSpan Pings = TimeSpan.FromSeconds(10);

    /// <summary>How many peers are connected in all; the pairs that write are among them.</summary>
    public static readonly IReadOnlyList<int> Sizes = [10, 100, 1000, 10_000];

    public string Name => ScenarioName;

    public static string SettingOf(int peers, Settings settings) =>
        FormattableString.Invariant($"{peers:#,0} peers connected, {Pairs} pairs, {settings.PayloadText}");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var candidate in candidates.OfType<ISilentCandidate>())
            figures.AddRange(await RunAsync(candidate, cancellationToken));
        return figures;
    }

    private async Task<IReadOnlyList<Figure>> RunAsync(ISilentCandidate candidate, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync([candidate], Topology.Pairs(Pairs), Patterns.FloodAsync, settings, cancellationToken);
        var stage = stages.All[0];
        await using var crowd = new SilentPeers(candidate, stage.Server, stage.Exchange.Faults);
        var figures = new List<Figure>();
        foreach (var size in Sizes)
        {
            await crowd.ConnectAsync(size - (2 * Pairs) - crowd.Count, PeerIdentity.NewKey, cancellationToken);
            var load = await stage.Server.LoadAsync(Pings, cancellationToken);
            var turns = await stages.TakeTurnsAsync(settings.Rounds, turn => turn.MeasureAsync(settings.Round, cancellationToken));
            var rounds = turns[candidate.Name];
            Figure Of(Metric metric, params double[] values) => new(Name, SettingOf(size, settings), candidate.Name, metric, values);
            figures.AddRange(
                Of(Metric.Cpu, [.. rounds.Select(round => round.CpuPerMessage)]),
                Of(Metric.OwnCpu, [.. rounds.Select(round => round.CpuPerMessage - (load * 1_000_000 / round.MessagesPerSecond))]),
                Of(Metric.Load, load * 100));
        }

        return figures;
    }
}
