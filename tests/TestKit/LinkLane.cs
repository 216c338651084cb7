namespace TestKit;

/// <summary>What holds for all bytes that go one way through a <see cref="Link"/>: whether they may flow, how fast, how many more.</summary>
internal sealed class LinkLane
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _stalled;
    private long? _bytesPerSecond;
    private long? _bytesLeft;
    private long _bytesCarried;

    public long BytesCarried => Interlocked.Read(ref _bytesCarried);

    /// <summary>Completes when bytes may flow.</summary>
    public Task Flowing
    {
        get
        {
            lock (_gate)
                return _stalled?.Task ?? Task.CompletedTask;
        }
    }

    public void Stall()
    {
        lock (_gate)
            _stalled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Throttle(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        lock (_gate)
            _bytesPerSecond = bytesPerSecond;
    }

    public void Resume()
    {
        TaskCompletionSource? stalled;
        lock (_gate)
        {
            stalled = _stalled;
            _stalled = null;
            _bytesPerSecond = null;
        }

        stalled?.SetResult();
    }

    /// <summary>Lets only so many more bytes pass; null lifts the limit.</summary>
    public void Limit(long? bytes)
    {
        lock (_gate)
            _bytesLeft = bytes;
    }

    /// <summary>How much to take at once. A throttled lane takes 50 ms worth of bytes, so that they trickle instead of gushing.</summary>
    public int Portion(int wanted)
    {
        lock (_gate)
            return (int)Math.Min(wanted, Math.Max(1, (_bytesPerSecond / 20) ?? wanted));
    }

    /// <summary>Asks to carry bytes over.</summary>
    /// <param name="bytes">How many there are.</param>
    /// <param name="end">Whether the limit is reached with those admitted. True once only, so that the link is cut only once.</param>
    /// <returns>How many may pass; all of them unless a limit is near.</returns>
    public int Admit(int bytes, out bool end)
    {
        lock (_gate)
        {
            end = _bytesLeft <= bytes;
            var admitted = end ? (int)_bytesLeft!.Value : bytes;
            _bytesLeft = end ? null : _bytesLeft - admitted;
            _bytesCarried += admitted;
            return admitted;
        }
    }

    /// <summary>Waits as long as the bytes just carried take at the speed of a throttled lane.</summary>
    public Task PaceAsync(int bytes, CancellationToken cancellationToken)
    {
        long? bytesPerSecond;
        lock (_gate)
            bytesPerSecond = _bytesPerSecond;

        return bytesPerSecond is { } speed
            ? Task.Delay(TimeSpan.FromSeconds((double)bytes / speed), TimeProvider.System, cancellationToken)
            : Task.CompletedTask;
    }
}
