using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How much goes through, and what a message costs the server.</summary>
internal sealed record Throughput(Topology Topology, int PayloadLength, int Window, TimeSpan WarmUp, TimeSpan Round, int Rounds)
{
    // The windows fill, and what a pause had put to sleep wakes up.
    private static readonly TimeSpan RunIn = TimeSpan.FromSeconds(0.3);

    /// <returns>For each candidate what each of its rounds has come to. They take turns, and every second time in the opposite order.</returns>
    /// <exception cref="VerificationException">A server did not deliver as it should. There are no figures at all then.</exception>
    public async Task<IReadOnlyDictionary<ICandidate, List<Measured>>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var results = candidates.ToDictionary(candidate => candidate, _ => new List<Measured>());
        await using var stages = new Stages();
        foreach (var candidate in candidates)
            await stages.AddAsync(candidate, Topology, PayloadLength, Window, WarmUp, cancellationToken);

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var stage in round % 2 == 0 ? stages.All : stages.All.Reverse())
                results[stage.Candidate].Add(await MeasureAsync(stage, cancellationToken));
        }

        return results;
    }

    private async Task<Measured> MeasureAsync(Stage stage, CancellationToken cancellationToken)
    {
        Sample start = default, end = default;
        await stage.RunAsync(
            async () =>
            {
                await Task.Delay(RunIn, TimeProvider.System, cancellationToken);
                start = Sample.Take(stage.Server, stage.Exchange);
                await Task.Delay(Round, TimeProvider.System, cancellationToken);
                end = Sample.Take(stage.Server, stage.Exchange);
            },
            cancellationToken);
        return Sample.Between(start, end);
    }
}
