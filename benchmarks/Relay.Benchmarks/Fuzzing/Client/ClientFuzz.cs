using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Relay.Benchmarks.Fuzzing.Server;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>Millions of frames from a relay gone mad, through real transports in this process.</summary>
internal sealed class ClientFuzz(FuzzSettings settings, Action<string> say)
{
    private const int Clients = 6;
    private const int WarmUpPart = 10;
    private const long MostWarmUp = 50_000;

    // Before so many, pools of large arrays still fill: 20 MB in the end. A run that is shorter than that says nothing of growth.
    private const long LeastWarmUp = 20_000;
    private const int MostShown = 20;
    private const long MostHeapGrowth = 16 << 20;

    // Six clients at a relay that only keeps them: next to nothing. A loop that spins takes a whole core.
    private const double MostIdleCpu = 0.25;

    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, int> _found = new(StringComparer.Ordinal);

    public async Task<FuzzOutcome> RunAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += (_, unobserved) => Find($"nobody observed: {unobserved.Exception}");
        var tellsGrowth = settings.Frames >= LeastWarmUp;
        if (tellsGrowth)
        {
            await FireAsync(settings.Seed - 1, Math.Clamp(settings.Frames / WarmUpPart, LeastWarmUp, MostWarmUp), cancellationToken);
            say("warmed up");
        }

        var before = Heap();

        var start = Clock.Now;
        var (count, relay, clients, idleCpu) = await FireAsync(settings.Seed, settings.Frames, cancellationToken);
        var took = Clock.Between(start, Clock.Now);
        var after = Heap();
        if (tellsGrowth && after - before > MostHeapGrowth)
            Find($"the managed heap grew from {before:#,0} to {after:#,0}; {MostHeapGrowth:#,0} more are allowed");
        if (idleCpu > MostIdleCpu)
            Find($"clients nobody talks to take {idleCpu:0.00} of a core");

        return new FuzzOutcome(
            "The client under fire",
            [
                ("seed", $"{settings.Seed}"),
                ("frames read by clients", $"{count.All:#,0}"),
                .. count.Rows(),
                ("connections, and refusals of one", $"{relay:#,0}"),
                ("transports made and disposed of", $"{clients.Sum(client => client.Lives):#,0}; the slowest end took {clients.Max(client => client.SlowestEnd).TotalMilliseconds:0} ms"),
                ("sends that were answered yes, messages received", $"{clients.Sum(client => client.Sent):#,0}, {clients.Sum(client => client.Received):#,0}"),
                ("time", $"{took.TotalSeconds:#,0} s, {count.All / took.TotalSeconds:#,0} frames/s"),
                ("CPU of this process with the relay silent", $"{idleCpu:0.00} of a core"),
                (tellsGrowth ? "managed heap after a collection, before and after" : "managed heap after a collection, before and after, without a warm-up", $"{before / 1e6:0.0} MB, {after / 1e6:0.0} MB"),
            ],
            [.. _found.Select(finding => finding.Value > 1 ? $"{finding.Value} times: {finding.Key}" : finding.Key)]);
    }

    private async Task<(FrameCount Count, long Requests, IReadOnlyList<ClientUnderFire> Clients, double IdleCpu)> FireAsync(
        int seed, long frames, CancellationToken cancellationToken)
    {
        var count = new FrameCount(Clock.Now + Clock.TicksOf(settings.AtMost));
        count.Want(frames);
        var marks = new Marks();
        await using var relay = new HostileRelay(seed, count, marks, Find);
        await relay.StartAsync(cancellationToken);
        using var logs = LoggerFactory.Create(builder => builder.AddProvider(new TroubleLog(Find)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var clients = Enumerable.Range(0, Clients).Select(number => new ClientUnderFire(relay, number, marks, logs, Find)).ToArray();
        var all = Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token), CancellationToken.None)));
        for (var next = Clock.Now + Clock.TicksOf(Report); !count.IsEnough && !all.IsCompleted;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            if (Clock.Now < next)
                continue;
            say($"{count.All:#,0} frames, {relay.Requests:#,0} connections, {_found.Count} findings");
            next = Clock.Now + Clock.TicksOf(Report);
        }

        relay.IsQuiet = true;
        await Task.Delay(Idle, TimeProvider.System, cancellationToken);
        var (cpu, start) = (CpuTime(), Clock.Now);
        await Task.Delay(Idle, TimeProvider.System, cancellationToken);
        var idle = (CpuTime() - cpu) / Clock.Between(start, Clock.Now);
        await stop.CancelAsync();
        await all;
        return (count, relay.Requests, clients, idle);
    }

    private static TimeSpan CpuTime()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private void Find(string finding)
    {
        if (_found.AddOrUpdate(finding, 1, (_, times) => times + 1) == 1 && _found.Count <= MostShown)
            say($"FOUND: {finding}");
    }
}
