using Relay.Benchmarks.Fuzzing;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Server;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Leak;

/// <summary>Peers that come, say something and go, hundreds of thousands of times: the relay ends with what it began with.</summary>
internal sealed class LeakRun(LeakSettings settings, Action<string> say)
{
    // Three of four bring a PeerId the relay has not seen yet, and it remembers 100,000.
    private const int WarmCycles = 135_000;

    // What the relay may have for the PeerIds that ever registered, up to a million. Whether anything else grows is judged by the curve.
    private const long KnownBytes = 27 << 20;

    // A look takes some seconds, and a run of few cycles is judged by what each of them leaves.
    private const int LeastBetween = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);

    /// <summary>So that the relay's limits do not end the run; and what it keeps for those who left, it keeps for seconds, to see what is left.</summary>
    private static readonly string[] Wide =
    [
        "Relay:AllowNamedPeers=true", "Relay:RegistrationsPerPeerPerMinute=1000000", "Relay:MailboxTimeToLive=00:00:02", "Relay:ReportTimeToLive=00:00:02",
        "Logging:Console:FormatterName=json",
    ];

    private readonly ServerLog _log = new();

    public async Task<FuzzOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await RelayServer.StartAsync(Wide, cancellationToken);
        server.Said += _log.Read;
        await using var collector = new Collector(server, settings.WarmUp + settings.Cycles);
        await collector.StartAsync(cancellationToken);

        var curve = new GrowthCurve("cycles");
        await RunAsync(server, collector, 0, settings.WarmUp, cancellationToken);
        curve.Add(0, await SettledAsync(server, collector, settings.WarmUp, cancellationToken));
        say("warmed up");
        var (took, cpu, done) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        foreach (var cycles in GrowthCurve.Points(settings.Cycles, LeastBetween))
        {
            var part = await RunAsync(server, collector, settings.WarmUp + done, (int)cycles - done, cancellationToken);
            (took, cpu, done) = (took + part.Took, cpu + part.Cpu, (int)cycles);
            say($"{done:#,0} cycles, and a look at what is left");
            curve.Add(done, await SettledAsync(server, collector, settings.WarmUp + done, cancellationToken));
        }

        var growth = settings.WarmUp >= WarmCycles ? new Growth() : Growth.OfColdServer;
        growth = growth with { HeapBytes = growth.HeapBytes + KnownBytes };
        List<string> findings = [.. _log.Trouble, .. growth.Between(curve.First, curve.Last), .. curve.Findings()];
        if (!curve.IsLong)
            findings.AddRange(GrowthPerCycle.Findings(settings.Cycles, curve.First.Objects, curve.Last.Objects));
        if (collector.Fault is { } fault)
            findings.Add(fault);
        return new FuzzOutcome(
            "Peers that come and go",
            [
                ("seed", $"{settings.Seed}"),
                ("cycles: connect, register, send, leave", $"{settings.Cycles:#,0}, {settings.AtATime} at a time, after {settings.WarmUp:#,0} to warm up"),
                ("- of each hundred", "20 keys, 2 by RelayTransport, 10 cut off, 5 taken over, 23 names that come again, 40 new names that write to an invented one too"),
                ("messages that arrived, each once", $"{collector.Received:#,0}"),
                ("time", $"{took.TotalSeconds:#,0} s, {settings.Cycles / took.TotalSeconds:#,0} cycles/s"),
                ("CPU of the relay", $"{cpu.TotalMicroseconds / settings.Cycles:#,0} us a cycle"),
                .. ServerState.Compare(curve.First, curve.Last),
                .. curve.Rows(),
            ],
            findings);
    }

    /// <returns>How long it took, and the CPU time of the relay.</returns>
    private async Task<(TimeSpan Took, TimeSpan Cpu)> RunAsync(ServerProcess server, Collector collector, int first, int cycles, CancellationToken cancellationToken)
    {
        var (start, cpu, done) = (Clock.Now, server.CpuTime, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.AtATime, CancellationToken = cancellationToken };
        var all = Parallel.ForEachAsync(Enumerable.Range(first, cycles), options, async (number, stop) =>
        {
            await new Cycle(server, collector, number, new Dice(settings.Seed, number)).RunAsync(stop);
            Interlocked.Increment(ref done);
        });
        while (await Task.WhenAny(all, Task.Delay(Report, TimeProvider.System, CancellationToken.None)) != all)
            say($"{done:#,0} cycles");
        await all;
        return (Clock.Between(start, Clock.Now), server.CpuTime - cpu);
    }

    private static async Task<ServerState> SettledAsync(ServerProcess server, Collector collector, long messages, CancellationToken cancellationToken)
    {
        await collector.UntilAsync(messages, Patience);
        await ServerState.SettleAsync(server, 1, 1, Patience, cancellationToken);
        return await ServerState.ReadAsync(server, cancellationToken);
    }
}
