namespace Client.Transport.Relay;

/// <summary>What was sent on one link and has no answer yet, by number. Not thread-safe: the queue's lock guards it.</summary>
/// <remarks>Numbers are consecutive but for those left out on purpose, so this is a ring from the oldest unanswered one to the newest sent.</remarks>
internal sealed class UnansweredSends
{
    private PendingSend?[] _ring = new PendingSend?[16];
    private long _oldest = 1;

    /// <summary>The number of the newest one sent; 0 before the first.</summary>
    public long Last { get; private set; }

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Those without an answer, oldest first.</summary>
    public IEnumerable<PendingSend> All
    {
        get
        {
            for (var number = _oldest; number <= Last; number++)
            {
                if (SlotOf(number) is { } send)
                    yield return send;
            }
        }
    }

    /// <summary>Gives a message the next number.</summary>
    public void Add(PendingSend send)
    {
        LeaveOut();
        SlotOf(Last) = send;
        Count++;
        Bytes += send.Bytes;
    }

    /// <summary>Gives the next number to nobody.</summary>
    public void LeaveOut()
    {
        if (Last - _oldest + 1 == _ring.Length)
            Grow();

        SlotOf(++Last) = null;
    }

    /// <summary>Takes out those of a range that are there. Others mean nothing: a relay gone mad may name any.</summary>
    public List<PendingSend> Take(long from, long to)
    {
        var taken = new List<PendingSend>();
        for (var number = Math.Max(from, _oldest); number <= Math.Min(to, Last); number++)
        {
            ref var slot = ref SlotOf(number);
            if (slot is not { } send)
                continue;

            taken.Add(send);
            slot = null;
            Count--;
            Bytes -= send.Bytes;
        }

        while (_oldest <= Last && SlotOf(_oldest) is null)
            _oldest++;
        return taken;
    }

    private ref PendingSend? SlotOf(long number) => ref _ring[number & (_ring.Length - 1)];

    private void Grow()
    {
        var old = _ring;
        _ring = new PendingSend?[old.Length * 2];
        for (var number = _oldest; number <= Last; number++)
            SlotOf(number) = old[number & (old.Length - 1)];
    }
}
