using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>A candidate's server, running, with its peers connected.</summary>
internal sealed record Stage(ICandidate Candidate, ServerProcess Server, Exchange Exchange) : IAsyncDisposable
{
    public async Task RunAsync(Func<Task> measure, CancellationToken cancellationToken)
    {
        try
        {
            await Exchange.RunAsync(measure, cancellationToken);
        }
        catch (VerificationException fault)
        {
            throw new VerificationException($"{Candidate.Name}: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Exchange.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>The candidates of one run, all running at once, so that they can take turns. Who has no turn does nothing.</summary>
internal sealed class Stages : IAsyncDisposable
{
    private readonly List<Stage> _stages = [];

    public IEnumerable<Stage> All => _stages;

    /// <summary>Starts a server, connects the peers, and sends until its code is compiled as well as it will be.</summary>
    public async Task AddAsync(
        ICandidate candidate, Topology topology, int payloadLength, int window, TimeSpan warmUp, CancellationToken cancellationToken)
    {
        var server = await candidate.StartAsync(cancellationToken);
        try
        {
            var exchange = await Exchange.ConnectAsync(candidate, server, topology, payloadLength, window, cancellationToken);
            _stages.Add(new Stage(candidate, server, exchange));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        await _stages[^1].RunAsync(() => Task.Delay(warmUp, TimeProvider.System, cancellationToken), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in _stages)
            await stage.DisposeAsync();
    }
}
