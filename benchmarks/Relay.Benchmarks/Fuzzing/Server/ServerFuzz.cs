using Relay.Benchmarks.Measuring;
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

    // A look takes some seconds, and a run of few frames is not judged by its curve.
    private const long LeastBetween = 50_000;

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

        Begin(relay, limited, settings.Seed - 1);
        var (took, cpu) = await FireAsync(relay, limited, Math.Min(settings.Frames / WarmUpPart, MostWarmUp), cancellationToken);
        await relay.LookAsync(cancellationToken);
        await limited.LookAsync(cancellationToken);
        say($"warmed up in {took.TotalSeconds:0} s");

        Begin(relay, limited, settings.Seed);
        (took, cpu) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var frames in GrowthCurve.Points(settings.Frames, LeastBetween))
        {
            var part = await FireAsync(relay, limited, frames, cancellationToken);
            (took, cpu) = (took + part.Took, cpu + part.Cpu);

            // The last look comes when the two that behave have nothing under way either; so it does when the time is over, or the relay has ended.
            if (relay.Count.All < frames || frames == settings.Frames)
                break;
            say($"{frames:#,0} frames, and a look at what is left");
            await relay.LookAsync(cancellationToken);
            await limited.LookAsync(cancellationToken);
        }

        var findings = await relay.EndAsync(cancellationToken);
        var atLimits = await limited.EndAsync(cancellationToken);
        return Outcome(relay, limited, took, cpu, [.. findings, .. atLimits.Select(finding => $"{AtLimits}: {finding}")]);
    }

    private void Begin(RelayUnderFire relay, RelayUnderFire limited, int seed)
    {
        relay.Begin(seed, settings.AtMost);
        limited.Begin(seed, settings.AtMost);
    }

    /// <summary>Fires at both until the first has read so many since the beginning.</summary>
    /// <returns>How long it took, and the CPU time of the first.</returns>
    private async Task<(TimeSpan Took, TimeSpan Cpu)> FireAsync(RelayUnderFire relay, RelayUnderFire limited, long frames, CancellationToken cancellationToken)
    {
        var (start, cpu) = (Clock.Now, relay.CpuTime);
        var firingBeside = limited.FireAsync(long.MaxValue, PeersAtLimits, cancellationToken);
        var firing = relay.FireAsync(frames, settings.Peers, cancellationToken);
        while (await Task.WhenAny(firing, Task.Delay(Report, TimeProvider.System, CancellationToken.None)) != firing)
            say($"{relay.Count.All:#,0} frames, {relay.Count.Connections:#,0} connections, {relay.FindingsInLog} findings in the log; {AtLimits} {limited.Count.All:#,0}, {limited.FindingsInLog}");
        limited.Count.Want(0);
        await firing;
        await firingBeside;
        return (Clock.Between(start, Clock.Now), relay.CpuTime - cpu);
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
