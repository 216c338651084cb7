namespace Client.Transport.Loopback;

/// <summary>What one <see cref="LoopbackNetwork"/> is like.</summary>
public sealed class LoopbackOptions
{
    /// <summary>How many messages an inbox holds that its application has not received; then senders wait.</summary>
    /// <value>At least 1. The default is 256, a relay's window.</value>
    public int InboxCapacity { get; init; } = 256;

    /// <summary>What its transports say they are, so that they can stand in for another path in a test or a demo.</summary>
    public TransportKind Kind { get; init; } = TransportKind.Loopback;
}
