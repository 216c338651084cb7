using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Millions of frames that are wrong, through the real relay in a process of its own.</summary>
internal sealed class ServerFuzz(FuzzSettings settings, Action<string> say)
{
    // Before the first measurement everything has to have run once, and the runtime to have compiled it for good.
    private const int WarmUpPart = 10;
    private const long MostWarmUp = 200_000;

    // Until then its pools are still growing to the size such traffic asks for.
    private const long WarmFrames = 100_000;

    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);

    /// <summary>So that the relay's limits do not end the run before its frames do; and mailboxes empty in seconds, to see what is left.</summary>
    private static readonly string[] Wide =
    [
        "Relay:SenderMessagesPerSecond=1000000000", "Relay:SenderBytesPerSecond=1099511627776", "Relay:AllowNamedPeers=true", "Relay:RegistrationsPerPeerPerMinute=1000000", "Relay:MaxUnregisteredConnections=10000", "Relay:MailboxTimeToLive=00:00:02",
        "Relay:ReportTimeToLive=00:00:02", "Relay:RegistrationTimeout=00:01:00", "Logging:Console:FormatterName=json",
    ];

    private readonly ServerLog _log = new();

    public async Task<FuzzOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await RelayServer.StartAsync([.. Wide, .. settings.Relay], cancellationToken);
        server.Said += _log.Read;
        var hub = new Uri(server.Address, "/relay");
        await using var pair = new GoodPair(server);
        await pair.StartAsync(cancellationToken);
        var corpus = new FrameCorpus(await EpochAsync(hub), [.. Enumerable.Range(0, 4).Select(i => $"fuzz-{i}-{i}"), "nobody", pair.Address]);

        var start = Clock.Now;
        var warmUp = Math.Min(settings.Frames / WarmUpPart, MostWarmUp);
        await FireAsync(hub, corpus, settings.Seed - 1, warmUp, cancellationToken);
        await ServerState.SettleAsync(server, 2, 2, Calm, cancellationToken);
        var before = await ServerState.ReadAsync(server, cancellationToken);
        say($"warmed up in {Clock.Between(start, Clock.Now).TotalSeconds:0} s");

        start = Clock.Now;
        var cpu = server.CpuTime;
        var (count, faults) = await FireAsync(hub, corpus, settings.Seed, settings.Frames, cancellationToken);
        var took = Clock.Between(start, Clock.Now);
        cpu = server.HasEnded ? TimeSpan.Zero : server.CpuTime - cpu;
        var talk = await pair.EndAsync();
        if (server.HasEnded)
            return Outcome(count, took, cpu, pair, [], ["the relay's process has ended", .. faults, .. _log.Trouble]);

        await ServerState.SettleAsync(server, 2, 2, Calm, cancellationToken);
        var after = await ServerState.ReadAsync(server, cancellationToken);
        var growth = warmUp >= WarmFrames ? new Growth() : Growth.OfColdServer;
        List<string> findings = [.. faults, .. _log.Trouble, .. growth.Between(before, after)];
        if (talk is not null)
            findings.Add($"the peers that behave were not left alone: {talk}");
        return Outcome(count, took, cpu, pair, [.. ServerState.Compare(before, after)], findings);
    }

    private async Task<(FrameCount Count, IReadOnlyList<string> Faults)> FireAsync(
        Uri hub, FrameCorpus corpus, int seed, long frames, CancellationToken cancellationToken)
    {
        var count = new FrameCount(frames, Clock.Now + Clock.TicksOf(settings.AtMost));
        var peers = Enumerable.Range(0, settings.Peers).Select(number => new FuzzingPeer(number, hub, seed, corpus, count)).ToArray();
        var saved = 0;
        void Save(string trouble)
        {
            if (settings.Findings is { } folder && Interlocked.Increment(ref saved) is <= 20 and var number)
                Findings.Save(folder, seed, number, trouble, peers.Select(peer => peer.Last));
        }

        _log.Found += Save;
        var faults = new List<string>();
        try
        {
            var all = Task.WhenAll(peers.Select(peer => Task.Run(() => peer.RunAsync(cancellationToken), CancellationToken.None)));
            while (await Task.WhenAny(all, Task.Delay(Report, TimeProvider.System, CancellationToken.None)) != all)
                say($"{count.All:#,0} frames, {count.Connections:#,0} connections, {_log.Trouble.Count} findings in the log");
            await all;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Save(failure.ToString());
            faults.Add($"a connection was neither answered nor closed, or none could be made: {failure.Message}");
        }

        _log.Found -= Save;
        return (count, faults);
    }

    private static async Task<string> EpochAsync(Uri hub)
    {
        await using var line = await WebSocketLine.ConnectAsync(hub, text: false, CancellationToken.None);
        await using var conversation = new Conversation(line, Encoding.MessagePack);
        await conversation.ShakeHandsAsync();
        return await conversation.RegisterAsync("fuzz-epoch") ? conversation.Epoch! : throw new IOException("The relay does not take plain names: Relay:AllowNamedPeers.");
    }

    private FuzzOutcome Outcome(
        FrameCount count, TimeSpan took, TimeSpan cpu, GoodPair pair, IReadOnlyList<(string, string)> memory, IReadOnlyList<string> findings) => new(
        "The relay under fire",
        [
            ("seed", $"{settings.Seed}"),
            ("frames read by the relay", $"{count.All:#,0}"),
            .. count.Rows(),
            ("connections made", $"{count.Connections:#,0}"),
            ("time", $"{took.TotalSeconds:#,0} s, {count.All / took.TotalSeconds:#,0} frames/s"),
            ("CPU of the relay", $"{cpu.TotalSeconds:#,0} s, {cpu.TotalMicroseconds / Math.Max(1, count.All):0.0} us a frame"),
            ("messages of two peers that behave meanwhile", $"{pair.Received:#,0}, all in order; {pair.Strangers:#,0} others came from strangers; the slowest took {pair.Slowest.TotalMilliseconds:0} ms"),
            ("lines in the relay's log", $"{_log.Lines:#,0}"),
            .. memory,
        ],
        findings);
}
