using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>What a peer costs that is only there: memory, and the processor time of its pings.</summary>
internal sealed class Idle(int peers, Settings settings) : IScenario
{
    public const string ScenarioName = "idle";

    // The first ones also pay for what a server needs once.
    private const int First = 100;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public string Name => ScenarioName;

    public string Setting => SettingOf(peers);

    public static string SettingOf(int peers) => FormattableString.Invariant($"{peers:#,0} registered peers");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var candidate in candidates.OfType<ISilentCandidate>())
            figures.AddRange(await RunAsync(candidate, cancellationToken));
        return figures;
    }

    private async Task<IReadOnlyList<Figure>> RunAsync(ISilentCandidate candidate, CancellationToken cancellationToken)
    {
        var fault = new Fault();
        await using var server = await candidate.StartAsync(cancellationToken);
        await using var crowd = new SilentPeers(candidate, server, new FaultReceiver(fault));
        await crowd.ConnectAsync(First, PeerIdentity.NewKey, cancellationToken);
        var before = server.ResidentBytes;
        await crowd.ConnectAsync(peers, PeerIdentity.NewKey, cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var after = server.ResidentBytes;

        var (start, cpu) = (Clock.Now, server.CpuTime);
        await Task.Delay(settings.Round, TimeProvider.System, cancellationToken);
        var load = (server.CpuTime - cpu) / Clock.Between(start, Clock.Now);

        await ManagedHeap.CollectAsync(server, cancellationToken);
        var collected = server.ResidentBytes;
        fault.ThrowIfSet();
        return
        [
            new(Name, Setting, candidate.Name, Metric.MemoryAPeer, [(double)(after - before) / peers]),
            new(Name, Setting, candidate.Name, Metric.CollectedMemoryAPeer, [(double)(collected - before) / peers]),
            new(Name, Setting, candidate.Name, Metric.Load, [load * 100]),
        ];
    }
}
