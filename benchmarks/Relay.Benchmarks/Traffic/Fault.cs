namespace Relay.Benchmarks.Traffic;

/// <summary>The first thing that went wrong in a run; later ones follow from it. Safe to use from any thread.</summary>
internal sealed class Fault
{
    private readonly TaskCompletionSource _occurred = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _first;

    /// <summary>Completes when something has gone wrong.</summary>
    public Task Occurred => _occurred.Task;

    public void Set(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _first, reason, null) is null)
            _occurred.TrySetResult();
    }

    /// <exception cref="VerificationException">Something has gone wrong.</exception>
    public void ThrowIfSet()
    {
        if (Volatile.Read(ref _first) is { } first)
            throw new VerificationException(first.Message, first);
    }
}
