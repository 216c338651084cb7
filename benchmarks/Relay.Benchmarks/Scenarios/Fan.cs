using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>One application that writes to many peers in turn.</summary>
internal sealed class Fan(int recipients, Settings settings) : IScenario
{
    public const string ScenarioName = "fan";

    // A peer's next message may go while its last one is still under way, not more: the next peer's turn is what counts.
    private const int Window = 2;

    public string Name => ScenarioName;

    public string Setting => FormattableString.Invariant($"one sender to {recipients:#,0} peers, {settings.PayloadText}");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync(
            candidates, Topology.OneToMany(recipients), Patterns.SweepAsync, settings with { Window = Window }, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => stage.MeasureAsync(settings.Round, cancellationToken));

        return
        [
            .. rounds.SelectMany(stage => new Figure[]
            {
                new(Name, Setting, stage.Key.Name, Metric.Cpu, [.. stage.Value.Select(round => round.CpuPerMessage)]),
                new(Name, Setting, stage.Key.Name, Metric.Rate, [.. stage.Value.Select(round => round.MessagesPerSecond)]),
            }),
        ];
    }
}
