namespace Relay.Benchmarks.Chaos.Plans;

/// <summary>How often something happens, and for how long each time.</summary>
/// <param name="PerMinute">On average, to each peer, or at all where it concerns no peer. Whatever this says, once at least.</param>
/// <param name="Shortest">Seconds.</param>
/// <param name="Longest">Seconds.</param>
internal sealed record Rhythm(Happening What, double PerMinute, double Shortest = 0, double Longest = 0);
