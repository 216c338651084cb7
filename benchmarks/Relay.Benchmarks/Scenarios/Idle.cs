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
        // A server's memory also depends on when it last collected its garbage, so once is not enough.
        var rounds = new List<(string Candidate, double Memory, double Collected, double Load)>();
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var candidate in candidates.OfType<ISilentCandidate>())
                rounds.Add(await MeasureAsync(candidate, cancellationToken));
        }

        return
        [
            .. from measured in rounds.GroupBy(round => round.Candidate)
               from figure in new Figure[]
               {
                   new(Name, Setting, measured.Key, Metric.MemoryAPeer, [.. measured.Select(round => round.Memory)]),
                   new(Name, Setting, measured.Key, Metric.CollectedMemoryAPeer, [.. measured.Select(round => round.Collected)]),
                   new(Name, Setting, measured.Key, Metric.Load, [.. measured.Select(round => round.Load * 100)]),
               }
               select figure,
        ];
    }

    private async Task<(string Candidate, double Memory, double Collected, double Load)> MeasureAsync(ISilentCandidate candidate, CancellationToken cancellationToken)
    {
        var fault = new Fault();
        await using var server = await candidate.StartAsync(cancellationToken);
        await using var crowd = new SilentPeers(candidate, server, new FaultReceiver(fault));
        await crowd.ConnectAsync(First, PeerIdentity.NewKey, cancellationToken);
        var before = server.ResidentBytes;
        await crowd.ConnectAsync(peers, PeerIdentity.NewKey, cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var after = server.ResidentBytes;

        var load = await server.LoadAsync(settings.Round, cancellationToken);

        await ManagedHeap.CollectAsync(server, cancellationToken);
        var collected = server.ResidentBytes;
        fault.ThrowIfSet();
        return (candidate.Name, (double)(after - before) / peers, (double)(collected - before) / peers, load);
    }
}
