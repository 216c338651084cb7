namespace Client.Transport.Relay;

/// <summary>Turns acknowledgements in any order into the relay's cumulative one. Not thread-safe: the inbox's lock guards it.</summary>
internal sealed class AcknowledgementTracker
{
    private readonly Queue<Slot> _open = new();

    /// <summary>Everything up to this position is acknowledged.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Bytes of payload acknowledged, all in all.</summary>
    public long AcknowledgedBytes { get; private set; }

    /// <summary>Starts over: the positions before mean nothing any more, and their acknowledgements change nothing.</summary>
    public void Restart(long acknowledged)
    {
        _open.Clear();
        Acknowledged = acknowledged;
    }

    /// <summary>A position came in. Positions go up, and may skip what was lost.</summary>
    public Slot Open(long position, int bytes = 0)
    {
        var slot = new Slot(position, bytes);
        _open.Enqueue(slot);
        return slot;
    }

    /// <returns>Whether <see cref="Acknowledged"/> went up.</returns>
    public bool Settle(Slot slot)
    {
        slot.IsSettled = true;
        var before = Acknowledged;
        while (_open.TryPeek(out var oldest) && oldest.IsSettled)
        {
            Acknowledged = _open.Dequeue().Position;
            AcknowledgedBytes += oldest.Bytes;
        }

        return Acknowledged != before;
    }

    internal sealed class Slot(long position, int bytes)
    {
        public long Position { get; } = position;

        public int Bytes { get; } = bytes;

        public bool IsSettled { get; set; }
    }
}
