namespace Relay.Benchmarks.Traffic;

/// <summary>What came in of one flow, held against what was promised: everything, once, in order.</summary>
/// <remarks>One thread at a time takes; any thread may read the counts.</remarks>
internal sealed class Ledger
{
    // More missing ones than this are counted as lost; telling late ones from repeated ones is then no longer possible.
    private const int MostRemembered = 100_000;

    private readonly HashSet<long> _missing = [];
    private long _next;
    private long _received;
    private long _repeated;
    private long _late;

    /// <summary>How many different messages have come.</summary>
    public long Received => Volatile.Read(ref _received);

    public void Take(long sequence)
    {
        if (sequence == _next)
        {
            _next++;
        }
        else if (sequence > _next)
        {
            for (var missing = _next; missing < sequence && _missing.Count < MostRemembered; missing++)
                _missing.Add(missing);
            _next = sequence + 1;
        }
        else if (_missing.Remove(sequence))
        {
            _late++;
        }
        else
        {
            _repeated++;
            return;
        }

        Volatile.Write(ref _received, _received + 1);
    }

    /// <returns>What is wrong, for people; null if nothing is.</returns>
    public string? FindFault(long sent)
    {
        if (Received == sent && _next == sent && _repeated == 0 && _late == 0)
            return null;

        return $"of {sent} messages {Received} came, {_late} of them behind later ones, and {_repeated} more came again";
    }
}
