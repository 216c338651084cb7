namespace Client.Transport.Hybrid;

/// <summary>Something that happens now and then, to wait for.</summary>
/// <remarks>Take <see cref="Next"/> before looking at the state it announces; what happens in between is then not missed.</remarks>
internal sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
