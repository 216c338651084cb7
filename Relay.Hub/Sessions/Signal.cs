using System.Threading.Tasks.Sources;

namespace Relay.Hub.Sessions;

/// <summary>"Look again", for one who waits: set before the wait, it is found; set twice before a look, it says nothing new.</summary>
/// <remarks>
/// Any thread may set it, one waits. Every connection has one all its life, and most of the time waits in it: a bounded
/// channel would do the same with ten times the memory.
/// </remarks>
internal sealed class Signal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Clear = 0;
    private const int IsSet = 1;
    private const int Awaited = 2;

    private ManualResetValueTaskSourceCore<bool> _waiting;
    private int _state;

    public void Set()
    {
        // Not on this thread, which may hold locks; and behind what waits already, so that more comes together for a batch.
        if (SetOrRelease())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The same, and runs who waits on this thread, which must hold no lock, until he waits again, for this or for anything else.</summary>
    public void SetAndRun()
    {
        if (SetOrRelease())
            _waiting.SetResult(true);
    }

    /// <summary>Completes when the signal is set, and clears it. One wait at a time.</summary>
    public ValueTask WaitAsync()
    {
        _waiting.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Clear) == Clear)
            return new ValueTask(this, _waiting.Version);

        // It was set, and nobody but this one clears it while nobody waits.
        Interlocked.Exchange(ref _state, Clear);
        return ValueTask.CompletedTask;
    }

    /// <returns>Whether somebody waited, whom the caller has to wake. He looks behind this, so it is not set.</returns>
    private bool SetOrRelease()
    {
        // An exchange even where nothing changes: what was written before this call must be seen by who clears it after.
        while (Interlocked.CompareExchange(ref _state, IsSet, Clear) == Awaited)
        {
            if (Interlocked.CompareExchange(ref _state, Clear, Awaited) == Awaited)
                return true;
        }

        return false;
    }

    void IThreadPoolWorkItem.Execute() => _waiting.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _waiting.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiting.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiting.OnCompleted(continuation, state, token, flags);
}
