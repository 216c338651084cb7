using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>A candidate's server, running, with its peers connected.</summary>
internal sealed record Stage(ICandidate Candidate, ServerProcess Server, Exchange Exchange) : IAsyncDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public Task RunAsync(Func<Task> measure, CancellationToken cancellationToken) => GuardAsync(() => Exchange.RunAsync(measure, cancellationToken));

    /// <summary>Says whose fault it was.</summary>
    public async Task GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (VerificationException fault)
        {
            throw new VerificationException($"{Candidate.Name}: {fault.Message}", fault);
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

    public async ValueTask DisposeAsync()
    {
        await Exchange.DisposeAsync();
        await Server.DisposeAsync();
    }
}
