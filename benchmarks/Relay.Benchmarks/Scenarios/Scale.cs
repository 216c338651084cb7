using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>Whether a message costs more when more peers are connected.</summary>
/// <remarks>
/// Two servers take turns: one has so many peers, the other always as few as can be, because from one minute to the next a machine differs from itself by more
/// than the crowd costs. Who has no turn is suspended, or its pings would take the caches from the other. Connections have a cost of their own, their pings, which
/// is there without any message too. It is measured before the messages come, and told apart.
/// One candidate after the other: both sides of all their connections would be too many open files.
/// </remarks>
internal sealed class Scale(Settings settings) : IScenario
{
    public const string ScenarioName = "scale";

    private const int Pairs = 5;
    private const int Fewest = 2 * Pairs;

    // What messages and connecting leave behind - code to compile, memory to give back - is no cost of being connected.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    // What came while a server was suspended, it reads now.
    private static readonly TimeSpan CatchingUp = TimeSpan.FromSeconds(1.5);

    // As long as the relay's KeepAliveInterval: each connection is pinged once.
    private static readonly TimeSpan Pings = TimeSpan.FromSeconds(10);

    /// <summary>How many peers are connected in all; the pairs that write are among them. With the first, both servers are alike: it shows what figures differ by anyway.</summary>
    public static readonly IReadOnlyList<int> Sizes = [Fewest, 100, 1000, 10_000];

    public string Name => ScenarioName;

    public static string SettingOf(int peers, Settings settings) =>
        FormattableString.Invariant($"{peers:#,0} peers connected, {Pairs} pairs, {settings.PayloadText}");

    /// <summary>The name in the figures of the server that has few peers.</summary>
    public static string FewOf(string candidate) => FormattableString.Invariant($"{candidate} with {Fewest} peers");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var candidate in candidates.OfType<ISilentCandidate>())
            figures.AddRange(await RunAsync(candidate, cancellationToken));
        return figures;
    }

    private async Task<IReadOnlyList<Figure>> RunAsync(ISilentCandidate candidate, CancellationToken cancellationToken)
    {
        await using var stages = await Stages.StartAsync([candidate, candidate], Topology.Pairs(Pairs), Patterns.FloodAsync, settings, cancellationToken);
        var (few, many) = (stages.All[0], stages.All[1]);
        await using var crowd = new SilentPeers(candidate, many.Server, many.Exchange.Faults);
        var figures = new List<Figure>();
        foreach (var size in Sizes)
        {
            await crowd.ConnectAsync(size - Fewest - crowd.Count, PeerIdentity.NewKey, cancellationToken);
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            var (ofFew, ofMany) = await TwoLoadsAsync(few, many, cancellationToken);
            var rounds = await stages.TakeTurnsAsync(settings.Rounds, turn => MeasureAsync(turn, turn == few ? many : few, cancellationToken));
            figures.AddRange(FiguresOf(size, candidate.Name, ofMany, rounds[many]));
            figures.AddRange(FiguresOf(size, FewOf(candidate.Name), ofFew, rounds[few]));
        }

        return figures;
    }

    private async Task<Measured> MeasureAsync(Stage turn, Stage other, CancellationToken cancellationToken)
    {
        await Task.Delay(CatchingUp, TimeProvider.System, cancellationToken);
        other.Server.Suspend();
        try
        {
            return await turn.MeasureAsync(settings.Round, cancellationToken);
        }
        finally
        {
            other.Server.Continue();
        }
    }

    private static async Task<(double OfFew, double OfMany)> TwoLoadsAsync(Stage few, Stage many, CancellationToken cancellationToken)
    {
        var loads = await Task.WhenAll(few.Server.LoadAsync(Pings, cancellationToken), many.Server.LoadAsync(Pings, cancellationToken));
        return (loads[0], loads[1]);
    }

    private Figure[] FiguresOf(int size, string candidate, double load, IReadOnlyList<Measured> rounds)
    {
        Figure Of(Metric metric, params double[] values) => new(Name, SettingOf(size, settings), candidate, metric, values);
        return
        [
            Of(Metric.Cpu, [.. rounds.Select(round => round.CpuPerMessage)]),
            Of(Metric.OwnCpu, [.. rounds.Select(round => round.CpuPerMessage - (load * 1_000_000 / round.MessagesPerSecond))]),
            Of(Metric.Load, load * 100),
        ];
    }
}
