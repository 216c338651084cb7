namespace Relay.Benchmarks.Measuring;

/// <summary>A metric of one server in one setting, round by round.</summary>
internal sealed record Figure(string Scenario, string Setting, string Candidate, Metric Metric, IReadOnlyList<double> Rounds)
{
    public Spread Spread => Spread.Of(Rounds);
}
