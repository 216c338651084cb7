using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Chaos.Plans;

namespace Relay.Benchmarks.Chaos;

/// <summary>What a run has come to.</summary>
/// <param name="Began">When the plan began, as a timestamp.</param>
/// <param name="History">What the peers saw.</param>
/// <param name="Done">How often each thing happened.</param>
/// <param name="SlowedSends">How often a client had to wait for the rate of a sender.</param>
/// <param name="PolledConnections">How many connections were made by long polling.</param>
/// <param name="Refused">What the relay has refused, by the name of the error; empty of other servers.</param>
/// <param name="Start">What the relay held before it all; null of other servers.</param>
/// <param name="End">And after.</param>
/// <param name="Trouble">What else went wrong, in words.</param>
internal sealed record ChaosOutcome(
    string Subject, ChaosSettings Settings, IReadOnlyList<PlannedEvent> Plan, long Began, History History, IReadOnlyDictionary<Happening, int> Done, Verdict Verdict,
    long SlowedSends, long PolledConnections, IReadOnlyDictionary<string, long> Refused, Footprint? Start, Footprint? End, IReadOnlyList<string> Trouble)
{
    public bool IsFine => Verdict.Faults.Count == 0 && Trouble.Count == 0;
}
