namespace Client.Transport.Hybrid;

/// <summary>How a <see cref="HybridTransport"/> waits, retries and remembers.</summary>
public sealed class HybridTransportOptions
{
    /// <summary>How many messages may wait for one peer while no path works; then the oldest is given up and reported.</summary>
    /// <value>At least 1. The default is 1000, what a relay keeps for a peer that is away.</value>
    public int PendingPerPeer { get; init; } = 1000;

    /// <summary>How often pending messages are tried again when nothing else says that a path is back.</summary>
    /// <value>More than zero. The default is 5 seconds.</value>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a direct path that failed is asked after the fallback instead of before it, unless it reports a change:
    /// a peer behind a NAT must not cost every message the direct path's connect timeout.
    /// </summary>
    /// <value>Zero or more. The default is 30 seconds.</value>
    public TimeSpan DirectRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many messages to one peer are handed to a link without an answer.</summary>
    /// <value>At least 1. The default is 128, what a relay takes in one batch.</value>
    public int MaxInFlight { get; init; } = 128;

    /// <summary>How many received messages wait for the application; then the paths are not read.</summary>
    /// <value>At least 1. The default is 256.</value>
    public int InboxCapacity { get; init; } = 256;

    /// <summary>How many message ids of each sender are remembered to recognise repeats.</summary>
    /// <value>At least 1. The default is 4096.</value>
    public int RememberedIdsPerSender { get; init; } = 4096;

    /// <summary>Of how many senders ids are remembered, those heard from last.</summary>
    /// <value>At least 1. The default is 256.</value>
    public int RememberedSenders { get; init; } = 256;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PendingPerPeer, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FlushInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(DirectRetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InboxCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RememberedIdsPerSender, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RememberedSenders, 1);
    }
}
