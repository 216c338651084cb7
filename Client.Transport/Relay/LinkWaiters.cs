namespace Client.Transport.Relay;

/// <summary>Those who need a link while there is none, in the order they came. Not thread-safe: the transport's lock guards it.</summary>
/// <remarks>
/// They get their turn in that order, all before anybody who comes once the link is there. So messages that were sent
/// one after the other before the connection was up do not overtake each other.
/// </remarks>
internal sealed class LinkWaiters
{
    private readonly Queue<IWaiter> _waiters = new();
    private TransportException? _closed;

    private interface IWaiter
    {
        void Open(RelayLink link);

        void Fail(TransportException reason);
    }

    /// <param name="use">What to do with the link. Called under the lock: must only begin something.</param>
    public Task<T> Add<T>(Func<RelayLink, T> use)
    {
        var waiter = new Waiter<T>(use);
        if (_closed is null)
            _waiters.Enqueue(waiter);
        else
            waiter.Fail(_closed);
        return waiter.Task;
    }

    public void Open(RelayLink link)
    {
        while (_waiters.TryDequeue(out var waiter))
            waiter.Open(link);
    }

    /// <summary>The attempt they waited for failed.</summary>
    public void Fail(TransportException reason)
    {
        while (_waiters.TryDequeue(out var waiter))
            waiter.Fail(reason);
    }

    /// <summary>There will be no further attempt.</summary>
    public void Close(TransportException reason)
    {
        _closed = reason;
        Fail(reason);
    }

    // Continuations asynchronously: nobody else's code runs under the transport's lock.
    private sealed class Waiter<T>(Func<RelayLink, T> use)
        : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), IWaiter
    {
        public void Open(RelayLink link) => TrySetResult(use(link));

        public void Fail(TransportException reason)
        {
            TrySetException(reason);

            // Whoever waited may have been cancelled; then nobody looks, and that is no fault.
            _ = Task.Exception;
        }
    }
}
