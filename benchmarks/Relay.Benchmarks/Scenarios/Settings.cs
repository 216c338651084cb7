namespace Relay.Benchmarks.Scenarios;

/// <summary>What all servers of a run have in common.</summary>
internal sealed record Settings
{
    private const int DefaultWindow = 256;

    /// <summary>Bytes of a message.</summary>
    public int PayloadLength { get; init; } = 256;

    /// <summary>Messages of a flow that may be under way, from the sender's application to the recipient's.</summary>
    public int Window { get; init; } = DefaultWindow;

    /// <summary>How long traffic flows at least before the first round, so that the code is compiled as well as it will be.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(4);

    public int Rounds { get; init; } = 3;

    /// <summary>Whether .NET servers are asked what they allocate; it takes a round of its own.</summary>
    public bool Allocations { get; init; } = true;

    /// <summary>A server from which nothing comes for so long, though something is under way, has lost it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public string PayloadText => PayloadLength % 1024 == 0 ? $"{PayloadLength / 1024} KiB" : $"{PayloadLength} B";

    public string WindowText => Window == DefaultWindow ? "" : $", {Window} under way";
}
