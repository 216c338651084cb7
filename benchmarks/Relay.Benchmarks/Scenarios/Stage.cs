using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>A candidate's server, running, with its peers connected.</summary>
internal sealed record Stage(ICandidate Candidate, ServerProcess Server, Exchange Exchange, Pattern Pattern) : IAsyncDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    // The windows fill, and what a pause had put to sleep wakes up.
    private static readonly TimeSpan RunIn = TimeSpan.FromSeconds(0.3);

    public string Name => Candidate.Name;

    public Task RunAsync(Func<Task> measure, CancellationToken cancellationToken) => GuardAsync(() => Exchange.RunAsync(Pattern, measure, cancellationToken));

    /// <summary>Says whose fault it was.</summary>
    public async Task GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (VerificationException fault)
        {
            throw new VerificationException($"{Name}: {fault.Message}", fault);
        }
    }

    /// <summary>Sends until the code is compiled as well as it will be: until a message costs no less than it did the second before.</summary>
    /// <remarks>How long that takes depends on what else the machine does, so a fixed time would favour whoever comes first or last.</remarks>
    public Task WarmUpAsync(TimeSpan least, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            var time = TimeProvider.System;
            var start = time.GetTimestamp();
            for (var (before, last) = (double.MaxValue, Sample.Take(Server, Exchange)); ;)
            {
                await Task.Delay(Slice < least ? Slice : least, time, cancellationToken);
                var now = Sample.Take(Server, Exchange);
                var cost = Sample.Between(last, now).CpuPerMessage;
                var elapsed = time.GetElapsedTime(start);
                if (elapsed >= 4 * least || (elapsed >= least && cost > 0.95 * before))
                    return;
                (before, last) = (cost, now);
            }
        },
        cancellationToken);

    /// <summary>One round: sends for so long, and waits until all of it has arrived.</summary>
    public async Task<Measured> MeasureAsync(TimeSpan round, CancellationToken cancellationToken)
    {
        Sample start = default, end = default;
        await RunAsync(
            async () =>
            {
                await Task.Delay(RunIn, TimeProvider.System, cancellationToken);
                start = Sample.Take(Server, Exchange);
                await Task.Delay(round, TimeProvider.System, cancellationToken);
                end = Sample.Take(Server, Exchange);
            },
            cancellationToken);
        return Sample.Between(start, end);
    }

    /// <summary>Bytes a .NET server allocates for a message. In a round of its own: a server that reports on itself costs a little more.</summary>
    public async Task<double> MeasureAllocationsAsync(CancellationToken cancellationToken)
    {
        var bytes = 0.0;
        await RunAsync(
            async () =>
            {
                await using var meter = await AllocationMeter.StartAsync(Server, () => Exchange.Received, cancellationToken);
                bytes = await meter.ReadBytesPerMessageAsync(cancellationToken);
            },
            cancellationToken);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Exchange.DisposeAsync();
        await Server.DisposeAsync();
    }
}
