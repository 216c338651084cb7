using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Scenarios;

/// <summary>One kind of traffic, and what is measured while it flows.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <exception cref="Traffic.VerificationException">A server did not deliver as it should. There are no figures then, of nobody.</exception>
    Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken);
}
