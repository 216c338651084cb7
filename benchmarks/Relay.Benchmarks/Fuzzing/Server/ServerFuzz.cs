using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Millions of frames that are wrong, through the real relay in a process of its own; and meanwhile through another one that has its limits.</summary>
internal sealed class ServerFuzz(FuzzSettings settings, Action<string> say)
{
    // Before the first measurement everything has to have run once, and the runtime to have compiled it for good.
    private const int WarmUpPart = 10;
    private const long MostWarmUp = 200_000;

    private const string AtLimits = "at the relay with its limits";

    // Few: its limits let only so much through, and they are to have an effect on each.
    private const int PeersAtLimits = 3;

    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);

    /// <summary>What both have; and mailboxes empty in seconds, to see what is left.</summary>
    private static readonly string[] Common =
    [
        "Relay:AllowNamedPeers=true", "Relay:MailboxTimeToLive=00:00:02", "Relay:ReportTimeToLive=00:00:02", "Logging:Console:FormatterName=json",
    ];

    /// <summary>So that the relay's limits do not end the run before its frames do.</summary>
    private static readonly string[] Wide =
    [
        "Relay:RegistrationsPerPeerPerMinute=1000000", "Relay:MaxUnregisteredConnections=10000", "Relay:RegistrationTimeout=00:01:00",
    ];

    public async Task<FuzzOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await using var relay = await RelayUnderFire.StartAsync(
            settings, await RelayServer.StartAsync([.. Common, .. Wide, .. settings.Relay], cancellationToken), isLimited: false, cancellationToken);
        await using var limited = await RelayUnderFire.StartAsync(
            settings, await RelayServer.StartLimitedAsync([.. Common, .. settings.Relay], cancellationToken), isLimited: true, cancellationToken);

        var start = Clock.Now;
        await FireAsync(relay, limited, settings.Seed - 1, Math.Min(settings.Frames / WarmUpPart, MostWarmUp), cancellationToken);
        await relay.RememberAsync(cancellationToken);
        await limited.RememberAsync(cancellationToken);
        say($"warmed up in {Clock.Between(start, Clock.Now).TotalSeconds:0} s");

        start = Clock.Now;
        var cpu = relay.CpuTime;
        await FireAsync(relay, limited, settings.Seed, settings.Frames, cancellationToken);
        var took = Clock.Between(start, Clock.Now);
        cpu = relay.CpuTime - cpu;
        var findings = await relay.EndAsync(cancellationToken);
        var atLimits = await limited.EndAsync(cancellationToken);
        return Outcome(relay, limited, took, cpu, [.. findings, .. atLimits.Select(finding => $"{AtLimits}: {finding}")]);
    }

    /// <summary>Fires at both until the first has read enough.</summary>
    private async Task FireAsync(RelayUnderFire relay, RelayUnderFire limited, int seed, long frames, CancellationToken cancellationToken)
    {
        var until = Clock.Now + Clock.TicksOf(settings.AtMost);
        var beside = new FrameCount(long.MaxValue, until);
        var firingBeside = limited.FireAsync(beside, seed, PeersAtLimits, cancellationToken);
        var firing = relay.FireAsync(new FrameCount(frames, until), seed, settings.Peers, cancellationToken);
        while (await Task.WhenAny(firing, Task.Delay(Report, TimeProvider.System, CancellationToken.None)) != firing)
            say($"{relay.Count.All:#,0} frames, {relay.Count.Connections:#,0} connections, {relay.FindingsInLog} findings in the log; {AtLimits} {beside.All:#,0}, {limited.FindingsInLog}");
        beside.Stop();
        await firing;
        await firingBeside;
    }

    private FuzzOutcome Outcome(RelayUnderFire relay, RelayUnderFire limited, TimeSpan took, TimeSpan cpu, IReadOnlyList<string> findings) => new(
        "The relay under fire",
        [
            ("seed", $"{settings.Seed}"),
            ("frames read by the relay", $"{relay.Count.All:#,0}"),
            .. relay.Count.Rows(),
            ("connections made", $"{relay.Count.Connections:#,0}"),
            ("time", $"{took.TotalSeconds:#,0} s, {relay.Count.All / took.TotalSeconds:#,0} frames/s"),
            ("CPU of the relay", $"{cpu.TotalSeconds:#,0} s, {cpu.TotalMicroseconds / Math.Max(1, relay.Count.All):0.0} us a frame"),
            .. Rest(relay),
            ($"**{AtLimits}, frames read**", $"{limited.Count.All:#,0}"),
            ("connections made", $"{limited.Count.Connections:#,0}"),
            .. limited.Refused.Select(refused => ($"- answered with {refused.Reason}", $"{refused.Times:#,0}")),
            .. Rest(limited),
        ],
        findings);

    private static IEnumerable<(string Name, string Value)> Rest(RelayUnderFire relay) =>
    [
        ("messages of two peers that behave meanwhile", $"{relay.Pair.Received:#,0}, all in order; {relay.Pair.Strangers:#,0} others came from strangers; the slowest took {relay.Pair.Slowest.TotalMilliseconds:0} ms"),
        ("lines in the relay's log", $"{relay.LogLines:#,0}"),
        .. relay.Compare(),
    ];
}
