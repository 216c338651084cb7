using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How much goes through, and what a message costs the server.</summary>
internal sealed class Throughput(Topology topology, Settings settings) : IScenario
{
    public const string ScenarioName = "throughput";

    public string Name => ScenarioName;

    public string Setting => SettingOf(topology, settings);

    public static string SettingOf(Topology topology, Settings settings) => $"{topology.Name}, {settings.PayloadText}{settings.WindowText}";

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync(candidates, topology, Patterns.FloodAsync, settings, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => stage.MeasureAsync(settings.Round, cancellationToken));

        var figures = new List<Figure>();
        foreach (var stage in stages.All)
        {
            var (candidate, measured) = (stage.Name, rounds[stage]);
            figures.Add(new(Name, Setting, candidate, Metric.Cpu, [.. measured.Select(round => round.CpuPerMessage)]));
            figures.Add(new(Name, Setting, candidate, Metric.Rate, [.. measured.Select(round => round.MessagesPerSecond)]));
            if (settings.Allocations && stage.Server.IsDotnet)
                figures.Add(new(Name, Setting, candidate, Metric.Allocated, [await stage.MeasureAllocationsAsync(cancellationToken)]));
        }

        return figures;
    }
}
