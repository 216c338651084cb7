using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How long a message takes when so many are sent in a second, evenly, whether the server keeps up or not.</summary>
internal sealed class Latency(Topology topology, double messagesPerSecond, Settings settings, Action<string> say) : IScenario
{
    public const string ScenarioName = "latency";

    // Enough to go on sending while a server stops for a moment: then its messages are late, not unsent.
    private const int Window = 4096;

    private static readonly TimeSpan RunIn = TimeSpan.FromSeconds(0.5);

    public string Name => ScenarioName;

    public string Setting => SettingOf(topology, messagesPerSecond, settings);

    public static string SettingOf(Topology topology, double messagesPerSecond, Settings settings) =>
        FormattableString.Invariant($"{messagesPerSecond:#,0} messages/s, {topology.Name}, {settings.PayloadText}");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync(candidates, topology, Patterns.FloodAsync, settings with { Window = Window }, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, stage => MeasureAsync(stage, cancellationToken));

        var figures = new List<Figure>();
        foreach (var (stage, measured) in rounds)
        {
            if (measured.Contains(null))
            {
                say($"{stage.Name} has no figures for {Setting}: it does not keep up.");
                continue;
            }

            figures.Add(new(Name, Setting, stage.Name, Metric.P50, [.. measured.Select(round => round!.P50)]));
            figures.Add(new(Name, Setting, stage.Name, Metric.P99, [.. measured.Select(round => round!.P99)]));
            figures.Add(new(Name, Setting, stage.Name, Metric.P999, [.. measured.Select(round => round!.P999)]));
            figures.Add(new(Name, Setting, stage.Name, Metric.Cpu, [.. measured.Select(round => round!.Cpu)]));
        }

        return figures;
    }

    private async Task<Paced?> MeasureAsync(Stage stage, CancellationToken cancellationToken)
    {
        Sample start = default, end = default;
        var keptUp = false;
        var pacer = new Pacer(messagesPerSecond, RunIn, settings.Round);
        await stage.GuardAsync(() => stage.Exchange.PaceAsync(
            (senders, stop) =>
            {
                keptUp = pacer.Run(senders, () => start = Sample.Take(stage.Server, stage.Exchange), stop);
                end = Sample.Take(stage.Server, stage.Exchange);
            },
            cancellationToken));

        var latencies = stage.Exchange.TakeLatencies();
        return keptUp ? new Paced(latencies.At(50), latencies.At(99), latencies.At(99.9), Sample.Between(start, end).CpuPerMessage) : null;
    }

    private sealed record Paced(double P50, double P99, double P999, double Cpu);
}
