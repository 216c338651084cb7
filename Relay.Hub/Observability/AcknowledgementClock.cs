namespace Relay.Hub.Observability;

/// <summary>How long a connection takes to acknowledge, measured for one delivery at a time, so that nothing has to be kept for each.</summary>
/// <remarks>The pump starts it and the connection's own calls stop it. Each changes the position only when it is its turn, so no lock is needed.</remarks>
internal sealed class AcknowledgementClock(RelayMetrics metrics, TimeProvider time)
{
    // 0 while nothing is measured.
    private long _position;
    private long _sentAt;

    /// <summary>Everything up to this position is about to be delivered.</summary>
    public void Deliver(long position)
    {
        if (Volatile.Read(ref _position) != 0)
            return;

        _sentAt = time.GetTimestamp();
        Volatile.Write(ref _position, position);
    }

    /// <summary>Everything up to this position is acknowledged.</summary>
    public void Acknowledge(long position)
    {
        var waited = Volatile.Read(ref _position);
        if (waited == 0 || waited > position)
            return;

        metrics.AcknowledgementTook(time.GetElapsedTime(_sentAt));
        Volatile.Write(ref _position, 0);
    }
}
