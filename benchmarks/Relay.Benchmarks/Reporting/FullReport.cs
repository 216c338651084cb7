using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Reporting;

/// <summary>Everything that is measured, in one run of about twenty minutes on two quiet cores.</summary>
internal static class FullReport
{
    /// <summary>nats-server is at its best when more is under way than a relay lets a sender have.</summary>
    public const int WideWindow = 4096;

    public const int IdlePeers = 10_000;
    public const int StorePeers = 100_000;
    public const int DrainMessages = 1000;

    /// <param name="pace">1 for figures; less to see whether it all works.</param>
    public static IReadOnlyList<(IScenario Scenario, IReadOnlyList<ICandidate> Candidates)> Create(
        IReadOnlyList<ICandidate> all, double pace, Action<string> say)
    {
        var settings = new Settings { WarmUp = 2 * pace * Second, Round = 1.5 * pace * Second, Rounds = 3 };
        var headline = new Settings { WarmUp = 4 * pace * Second, Round = 3 * pace * Second, Rounds = 5 };
        var slow = settings with { Round = 4 * pace * Second };

        // What these say is as often the machine's doing as the server's: the median of many rounds is taken, of few it is luck.
        const int unsteady = 9;
        var wide = settings with { Window = WideWindow };

        Throughput Of(int payloadLength, int rounds) => new(Topology.Pairs(8), settings with { PayloadLength = payloadLength, Rounds = rounds });
        ICandidate[] Only(params string[] names) => [.. all.Where(candidate => names.Contains(candidate.Name))];

        return
        [
            (new Throughput(Topology.Pairs(8), headline), all),
            (new Throughput(Topology.Pairs(8), wide), Only(RelayCandidate.RelayName, NatsServer.Program)),
            (Of(64, settings.Rounds), all),
            (Of(4096, settings.Rounds), all),
            (Of(65_536, unsteady), all),
            (new Throughput(Topology.Pairs(1), settings), all),
            (new Throughput(Topology.ManyToOne(64), settings), all),
            (new Latency(Topology.Pairs(8), 1000, slow with { Rounds = unsteady }, say), all),
            (new Latency(Topology.Pairs(8), 50_000, settings, say), all),
            (new Sequential(settings with { Rounds = unsteady }), all),
            (new Fan(1000, settings), all),
            (new Scale(headline), Only(RelayCandidate.RelayName)),
            (new Idle(IdlePeers, slow), all),
            (new Connect(1000, settings), all),
            (new Store(StorePeers, settings), all),
            (new Drain(DrainMessages, settings), all),
        ];
    }

    private static TimeSpan Second => TimeSpan.FromSeconds(1);
}
