using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>One message, wait until the server has it, the next: how a careful program sends.</summary>
/// <remarks>For the plain hub that is <c>InvokeAsync</c>, for the relay a send that is awaited, for nats-server a PING behind the message.</remarks>
internal sealed class Sequential(Settings settings) : IScenario
{
    public const string ScenarioName = "sequential";

    public string Name => ScenarioName;

    public string Setting => SettingOf(settings);

    public static string SettingOf(Settings settings) => $"one sender that waits, {settings.PayloadText}";

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        ICandidate[] confirming = [.. candidates.Where(candidate => candidate.Confirms)];
        await using var stages = await Stages.StartAsync(confirming, Topology.Pairs(1), Patterns.OneByOneAsync, settings, cancellationToken);
        var rounds = await stages.TakeTurnsAsync(settings.Rounds, async stage =>
        {
            stage.Exchange.TakeConfirmations();
            var measured = await stage.MeasureAsync(settings.Round, cancellationToken);
            return (measured.MessagesPerSecond, Waits: stage.Exchange.TakeConfirmations());
        });

        return
        [
            .. rounds.SelectMany(stage => new Figure[]
            {
                new(Name, Setting, stage.Key.Name, Metric.Rate, [.. stage.Value.Select(round => round.MessagesPerSecond)]),
                new(Name, Setting, stage.Key.Name, Metric.P50, [.. stage.Value.Select(round => round.Waits.At(50))]),
                new(Name, Setting, stage.Key.Name, Metric.P99, [.. stage.Value.Select(round => round.Waits.At(99))]),
            }),
        ];
    }
}
