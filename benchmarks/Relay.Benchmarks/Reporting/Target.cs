using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Reporting;

/// <summary>A figure this relay is to reach.</summary>
/// <param name="What">For people.</param>
/// <param name="AtMost">Whether <paramref name="Limit"/> is to be kept below; else it is to be reached.</param>
/// <param name="Format">Of the limit and of what was measured.</param>
/// <param name="Find">What was measured; null if it was not.</param>
internal sealed record Target(string What, bool AtMost, double Limit, string Format, Func<Figures, Spread?> Find)
{
    /// <summary>What counts is the round in the middle.</summary>
    public bool IsReachedBy(Spread measured) => AtMost ? measured.Median <= Limit : measured.Median >= Limit;
}
