using Relay.Contracts;

namespace Client.Transport.Hybrid;

/// <summary>The way to one peer. It alone owns the order of what goes there, whichever path carries it.</summary>
/// <remarks>
/// A lane is at rest (nothing to do), running (a worker carries what is queued), or parked (every path failed; what
/// comes is pending at once, until <see cref="Flush"/> or <see cref="PathChanged"/>). The worker is in the other files.
/// No transport is called and no event raised under the lock.
/// </remarks>
internal sealed partial class Lane(PeerId peer, LaneContext context)
{
    private readonly Lock _gate = new();
    private readonly PendingQueue _queue = new(context.Options.PendingPerPeer);
    private Task _worker = Task.CompletedTask;
    private bool _running;
    private bool _closed;
    private MessageId _highest;
    private TransportException? _parked;

    // A path came up while the worker was busy failing on it; see TryRest.
    private bool _changedMeanwhile;

    public PeerId Peer { get; } = peer;

    public int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _queue.PendingCount;
            }
        }
    }

    /// <summary>Puts a message at the end.</summary>
    /// <returns>Its place, to cancel it by; null when the lane is closed and a new one must be made.</returns>
    public LinkedListNode<QueuedSend>? TryAdd(QueuedSend send)
    {
        LinkedListNode<QueuedSend> place;
        IReadOnlyList<QueuedSend> evicted = [];
        TransportException? parked;
        lock (_gate)
        {
            if (_closed)
                return null;

            send.Ascends = send.Message.Id.CompareTo(_highest) > 0;
            if (send.Ascends)
                _highest = send.Message.Id;
            place = _queue.Add(send);
            parked = _parked;
            if (parked is not null)
                evicted = _queue.Park(parked);
            else if (_running)
                WakeWorker(upTo: context.Options.MaxInFlight - 1);
            else
                StartWorker();
        }

        GiveUp(evicted, parked);
        return place;
    }

    /// <summary>The caller no longer waits. A message already handed to a link is the link's to cancel.</summary>
    public void Cancel(LinkedListNode<QueuedSend> place)
    {
        lock (_gate)
        {
            if (place.Value.IsPending || place.Value.IsInFlight || !_queue.Remove(place))
                return;
        }

        place.Value.Cancel();
    }

    /// <summary>A path has lost these after it had accepted them, perhaps without its answer getting here. They must not go again, behind their successors.</summary>
    /// <remarks>One that is in flight is the path's: it is answered, or accepted when its link breaks. A loss is told once, so nothing would stop it later.</remarks>
    public void Lost(IReadOnlyList<MessageId> ids, TransportKind path)
    {
        IReadOnlyList<QueuedSend> accepted;
        lock (_gate)
        {
            accepted = _queue.RemoveLost(ids.ToHashSet(), path);
        }

        foreach (var send in accepted)
            send.Accept(new SendResult(SendStatus.Queued, path));
    }

    /// <summary>Tries again, if the lane is parked.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_closed && _parked is not null)
                StartWorker();
        }
    }

    /// <summary>A path to the peer is there that was not before.</summary>
    public void PathChanged()
    {
        lock (_gate)
        {
            _changedMeanwhile = _running;
        }

        Flush();
    }

    /// <summary>Closes a lane that has nothing to do and nothing to remember.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            // A direct path that has just failed is worth the lane: a new one would wait for its connect timeout again.
            return _closed |= !_running && _queue.IsEmpty && !context.Routes.IsFresh(_directFailure);
        }
    }

    /// <summary>Gives up everything that waits: callers get an exception, pending messages are reported as well.</summary>
    /// <returns>Completes when the worker has ended, which may need the links to end first.</returns>
    public Task CloseAsync()
    {
        IReadOnlyList<QueuedSend> left;
        Task worker;
        lock (_gate)
        {
            _closed = true;
            left = _queue.Clear();
            worker = _worker;
        }

        foreach (var send in left)
        {
            var disposed = new ObjectDisposedException(nameof(HybridTransport));
            send.Fail(send.IsPending
                ? new TransportException(TransportError.ConnectionClosed, "The transport was disposed while the message waited in it.", disposed)
                : disposed);
        }

        Report(LossReason.Disposed, [.. left.Where(send => send.IsPending)]);
        return worker;
    }

    // Under the lock. On the pool, because the caller only came to queue one message.
    private void StartWorker()
    {
        _parked = null;
        _running = true;
        _worker = Task.Run(RunAsync);
    }

    private void GiveUp(IReadOnlyList<QueuedSend> evicted, TransportException? reason)
    {
        foreach (var send in evicted)
        {
            send.Fail(new TransportException(
                reason?.Error ?? TransportError.Unreachable,
                $"No path works, and more than {context.Options.PendingPerPeer} messages wait for this peer already " +
                $"({nameof(HybridTransportOptions.PendingPerPeer)}). {reason?.Message}",
                reason));
        }

        Report(LossReason.PendingQueueFull, [.. evicted.Where(send => send.IsPending)]);
    }

    private void Report(LossReason reason, QueuedSend[] lost)
    {
        if (lost.Length == 0)
            return;

        context.Logger.PendingLost(Peer, lost.Length, reason);
        context.Report(new LossReport(LossDirection.Sent, reason, Peer, [.. lost.Select(send => send.Message.Id)], lost.Length));
    }
}
