using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How much goes through, and what a message costs the server.</summary>
internal sealed class Throughput(Topology topology, Settings settings) : IScenario
{
    public const string ScenarioName = "throughput";

    // The windows fill, and what a pause had put to sleep wakes up.
    private static readonly TimeSpan RunIn = TimeSpan.FromSeconds(0.3);

    public string Name => ScenarioName;

    public static string Setting(Topology topology, Settings settings) => $"{topology.Name}, {settings.PayloadText}";

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync(candidates, topology, settings, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => MeasureAsync(stage, cancellationToken));

        var setting = Setting(topology, settings);
        return
        [
            .. rounds.SelectMany(round => new Figure[]
            {
                new(Name, setting, round.Key, Metric.Cpu, [.. round.Value.Select(measured => measured.CpuPerMessage)]),
                new(Name, setting, round.Key, Metric.Rate, [.. round.Value.Select(measured => measured.MessagesPerSecond)]),
            }),
        ];
    }

    private async Task<Measured> MeasureAsync(Stage stage, CancellationToken cancellationToken)
    {
        Sample start = default, end = default;
        await stage.RunAsync(
            async () =>
            {
                await Task.Delay(RunIn, TimeProvider.System, cancellationToken);
                start = Sample.Take(stage.Server, stage.Exchange);
                await Task.Delay(settings.Round, TimeProvider.System, cancellationToken);
                end = Sample.Take(stage.Server, stage.Exchange);
            },
            cancellationToken);
        return Sample.Between(start, end);
    }
}
