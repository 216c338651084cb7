using System.Collections.Concurrent;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>How the hostile relay knows what was read: a report of losses behind each group of frames, with a number and a count no other has. Any thread.</summary>
/// <remarks>A client hands such a report on to its application whatever came before it, as long as it reads and was told of none with a higher number.</remarks>
internal sealed class Marks
{
    // Numbers and counts no mutated frame comes upon by chance, in the upper half of what a number may be.
    private const long First = 1L << 52;

    // Less than a client lives: what it does not read it would close with, in the end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly ConcurrentDictionary<long, TaskCompletionSource> _open = new();
    private long _last = First;

    public long Next()
    {
        var mark = Interlocked.Increment(ref _last);
        _open[mark] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return mark;
    }

    public static byte[] FrameOf(long mark) => ValidFrames.Write(
        Encoding.MessagePack, ValidFrames.Call(nameof(IRelayClient.Dropped), new Dropped { Report = mark, To = "alice", Ids = [], Count = mark }));

    /// <summary>A client's application was told of a loss.</summary>
    public void Seen(long lost)
    {
        if (_open.TryGetValue(lost, out var mark))
            mark.TrySetResult();
    }

    /// <returns>False if the connection was closed instead.</returns>
    /// <exception cref="TimeoutException">The client neither reads nor closes.</exception>
    public async Task<bool> IsReadAsync(long mark, Task closed)
    {
        var read = _open[mark].Task;
        await Task.WhenAny(read, closed).WaitAsync(Patience, TimeProvider.System);
        _open.TryRemove(mark, out _);
        return read.IsCompleted;
    }
}
