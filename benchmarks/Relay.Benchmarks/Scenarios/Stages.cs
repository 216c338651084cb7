using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>The candidates of one run, all running at once, so that they can take turns. Who has no turn does nothing.</summary>
internal sealed class Stages : IAsyncDisposable
{
    private readonly List<Stage> _stages = [];

    private Stages()
    {
    }

    /// <summary>Starts the servers, connects the peers, and sends until everything is warm.</summary>
    public static async Task<Stages> StartAsync(
        IReadOnlyList<ICandidate> candidates, Topology topology, Pattern pattern, Settings settings, CancellationToken cancellationToken)
    {
        var stages = new Stages();
        try
        {
            foreach (var candidate in candidates)
                await stages.AddAsync(candidate, topology, pattern, settings, cancellationToken);
            foreach (var stage in stages._stages)
                await stage.WarmUpAsync(settings.WarmUp, cancellationToken);
            return stages;
        }
        catch
        {
            await stages.DisposeAsync();
            throw;
        }
    }

    public IReadOnlyList<Stage> All => _stages;

    /// <summary>Each has its turn in every round; every second round they come in the opposite order.</summary>
    /// <returns>For each what its rounds have come to.</returns>
    public async Task<IReadOnlyDictionary<Stage, List<T>>> TakeTurnsAsync<T>(int rounds, Func<Stage, Task<T>> measure)
    {
        var results = _stages.ToDictionary(stage => stage, _ => new List<T>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var stage in round % 2 == 0 ? _stages : Enumerable.Reverse(_stages))
                results[stage].Add(await measure(stage));
        }

        return results;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in _stages)
            await stage.DisposeAsync();
    }

    private async Task AddAsync(ICandidate candidate, Topology topology, Pattern pattern, Settings settings, CancellationToken cancellationToken)
    {
        var server = await candidate.StartAsync(cancellationToken);
        try
        {
            _stages.Add(new Stage(candidate, server, await Exchange.ConnectAsync(candidate, server, topology, settings, cancellationToken), pattern));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
