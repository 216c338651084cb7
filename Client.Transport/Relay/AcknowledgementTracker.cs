namespace Client.Transport.Relay;

/// <summary>Turns acknowledgements in any order into the relay's cumulative one. Not thread-safe: the inbox's lock guards it.</summary>
internal sealed class AcknowledgementTracker
{
    private readonly Queue<Slot> _open = new();
    private Slot? _gap;

    /// <summary>Everything up to this position is acknowledged.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Bytes of payload acknowledged, all in all.</summary>
    public long AcknowledgedBytes { get; private set; }

    /// <summary>How many came in that the relay keeps until they are acknowledged: the length of its window.</summary>
    public int Awaited { get; private set; }

    /// <summary>Bytes of payload in those.</summary>
    public long AwaitedBytes { get; private set; }

    /// <summary>How many came in, by any epoch, that the application has not taken.</summary>
    public int Untaken { get; private set; }

    /// <summary>Bytes of payload in those.</summary>
    public long UntakenBytes { get; private set; }

    /// <summary>Starts over: the positions before mean nothing any more, and their acknowledgements change nothing.</summary>
    public void Restart(long acknowledged)
    {
        _open.Clear();
        _gap = null;
        Acknowledged = acknowledged;
        (Awaited, AwaitedBytes) = (0, 0);
    }

    /// <summary>A position came in. Positions go up, and may skip what was lost.</summary>
    public Slot Open(long position, int bytes)
    {
        var slot = new Slot(position, bytes) { IsMessage = true, IsAwaited = true };
        _open.Enqueue(slot);
        _gap = null;
        Awaited++;
        AwaitedBytes += bytes;
        Untaken++;
        UntakenBytes += bytes;
        return slot;
    }

    /// <summary>Messages up to a position were lost, and nothing waits for them.</summary>
    public Slot OpenGap(long position)
    {
        // One gap behind another is one: gaps must not pile up where the application holds the message in front of them.
        if (_gap is not null && _gap.Position > Acknowledged)
        {
            _gap.Position = position;
            return _gap;
        }

        _gap = new Slot(position, 0);
        _open.Enqueue(_gap);
        return _gap;
    }

    /// <summary>The relay does not keep these any more, though the application may not have taken all of them.</summary>
    public void Forgo(long from, long to)
    {
        foreach (var slot in _open)
        {
            if (slot.Position > to)
                return;

            if (slot.IsAwaited && slot.Position >= from)
            {
                slot.IsAwaited = false;
                Awaited--;
                AwaitedBytes -= slot.Bytes;
            }
        }
    }

    /// <returns>Whether <see cref="Acknowledged"/> went up.</returns>
    public bool Settle(Slot slot)
    {
        if (slot.IsMessage && !slot.IsSettled)
        {
            Untaken--;
            UntakenBytes -= slot.Bytes;
        }

        slot.IsSettled = true;
        var before = Acknowledged;
        while (_open.TryPeek(out var oldest) && oldest.IsSettled)
        {
            Acknowledged = _open.Dequeue().Position;
            AcknowledgedBytes += oldest.Bytes;
            Awaited -= oldest.IsAwaited ? 1 : 0;
            AwaitedBytes -= oldest.IsAwaited ? oldest.Bytes : 0;
        }

        return Acknowledged != before;
    }

    internal sealed class Slot(long position, int bytes)
    {
        public long Position { get; set; } = position;

        public int Bytes { get; } = bytes;

        /// <summary>And not a gap.</summary>
        public bool IsMessage { get; init; }

        public bool IsSettled { get; set; }

        public bool IsAwaited { get; set; }
    }
}
