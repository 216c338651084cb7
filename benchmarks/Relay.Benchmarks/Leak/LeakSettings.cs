namespace Relay.Benchmarks.Leak;

/// <summary>How many cycles, and from which seed.</summary>
internal sealed record LeakSettings
{
    /// <summary>Cycles of connecting, registering, sending and leaving.</summary>
    public int Cycles { get; init; } = 200_000;

    /// <summary>Cycles before the first measurement.</summary>
    /// <remarks>The relay remembers, for the rates of their registrations, the last 100,000 PeerIds: until it has seen so many, that table grows.</remarks>
    public int WarmUp { get; init; } = 140_000;

    public int Seed { get; init; } = 1;

    /// <summary>Cycles at a time.</summary>
    public int AtATime { get; init; } = 8;
}
