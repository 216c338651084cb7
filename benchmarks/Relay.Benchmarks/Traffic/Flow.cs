using System.Threading.Tasks.Sources;

namespace Relay.Benchmarks.Traffic;

/// <summary>The messages from one sender to one recipient: how many may be under way, and whether all came.</summary>
/// <remarks>
/// Under way is what was handed over and has not reached the recipient's application. The limit is the same for every server: without one, a server
/// that makes no sender wait is measured with its queues full.
/// </remarks>
internal sealed class Flow(int number, string recipient, int window) : IValueTaskSource
{
    private readonly Ledger _ledger = new();
    private ManualResetValueTaskSourceCore<bool> _room = new() { RunContinuationsAsynchronously = true };
    private long _wakeAt = long.MaxValue;
    private long _sent;

    public int Number => number;

    public string Recipient => recipient;

    public int Window => window;

    /// <summary>How many messages have been handed over. The sender counts them.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public long Received => _ledger.Received;

    /// <summary>Completes when another message may go. Only the sender asks.</summary>
    public ValueTask RoomAsync()
    {
        if (_sent - Received < window)
            return default;

        // Half of the window at once: one message for every one that arrives would turn each batch into many small ones.
        var target = _sent - (window / 2);
        _room.Reset();
        Volatile.Write(ref _wakeAt, target);
        Interlocked.MemoryBarrier();
        return Received >= target && Interlocked.Exchange(ref _wakeAt, long.MaxValue) != long.MaxValue
            ? default
            : new ValueTask(this, _room.Version);
    }

    public void CountSent() => Volatile.Write(ref _sent, _sent + 1);

    /// <summary>The recipient has a message.</summary>
    public void Take(long sequence)
    {
        _ledger.Take(sequence);

        // Either this sees the sender waiting, or the sender sees what was just taken.
        Interlocked.MemoryBarrier();
        if (Received >= Volatile.Read(ref _wakeAt))
            Wake();
    }

    /// <summary>Frees a sender that waits, though there is no room: the run is over.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _wakeAt, long.MaxValue) != long.MaxValue)
            _room.SetResult(true);
    }

    /// <returns>What is wrong, for people; null if nothing is.</returns>
    public string? FindFault() => _ledger.FindFault(Sent);

    void IValueTaskSource.GetResult(short token) => _room.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _room.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _room.OnCompleted(continuation, state, token, flags);
}
