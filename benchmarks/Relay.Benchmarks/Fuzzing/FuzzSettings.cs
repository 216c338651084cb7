namespace Relay.Benchmarks.Fuzzing;

/// <summary>How much, from which seed, and where to what is found.</summary>
internal sealed record FuzzSettings
{
    /// <summary>Frames that must have been read.</summary>
    public long Frames { get; init; } = 100_000;

    public int Seed { get; init; } = 1;

    /// <summary>The longest it may take, however many frames that makes.</summary>
    public TimeSpan AtMost { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Connections at a time.</summary>
    public int Peers { get; init; } = 12;

    /// <summary>Where frames go after which something was found; nowhere if null.</summary>
    public DirectoryInfo? Findings { get; init; }

    /// <summary>Further settings of the relay.</summary>
    public IReadOnlyList<string> Relay { get; init; } = [];
}
