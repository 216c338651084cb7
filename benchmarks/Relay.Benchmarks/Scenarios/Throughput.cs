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

    private static readonly TimeSpan AllocationRound = TimeSpan.FromSeconds(1.5);

    public string Name => ScenarioName;

    public static string Setting(Topology topology, Settings settings) => $"{topology.Name}, {settings.PayloadText}{settings.WindowText}";

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync(candidates, topology, settings, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => MeasureAsync(stage, cancellationToken));

        var setting = Setting(topology, settings);
        var figures = new List<Figure>();
        foreach (var stage in stages.All)
        {
            var (candidate, measured) = (stage.Candidate.Name, rounds[stage.Candidate.Name]);
            figures.Add(new(Name, setting, candidate, Metric.Cpu, [.. measured.Select(round => round.CpuPerMessage)]));
            figures.Add(new(Name, setting, candidate, Metric.Rate, [.. measured.Select(round => round.MessagesPerSecond)]));

            // By itself and last: a server that reports on itself costs a little more.
            if (stage.Server.IsDotnet)
                figures.Add(new(Name, setting, candidate, Metric.Allocated, [await MeasureAllocationsAsync(stage, cancellationToken)]));
        }

        return figures;
    }

    private static async Task<double> MeasureAllocationsAsync(Stage stage, CancellationToken cancellationToken)
    {
        var bytes = 0.0;
        await stage.RunAsync(
            async () =>
            {
                await using var meter = await AllocationMeter.StartAsync(stage.Server, () => stage.Exchange.Received, cancellationToken);
                await Task.Delay(AllocationRound, TimeProvider.System, cancellationToken);
                bytes = meter.BytesPerMessage;
            },
            cancellationToken);
        return bytes;
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
