namespace Client.Transport.Hybrid;

// One link: how messages go over it, and how it ends.
internal sealed partial class Lane
{
    private int _inFlight;
    private int _accepted;
    private TransportException? _broken;
    private TaskCompletionSource? _wake;

    /// <summary>Carries what is queued over one link, until there is nothing left, the link breaks or a better path is there.</summary>
    /// <remarks>
    /// However it ends, everything handed to the link has been answered by then. Only so is it safe to go on by another
    /// path: what still were on its way here could be overtaken there.
    /// </remarks>
    private async Task<(TransportException? Failure, bool Accepted)> CarryAsync(ITransport path, ITransportLink link, int changes)
    {
        var carriesOn = true;
        lock (_gate)
        {
            _queue.Rewind();
            _accepted = 0;
            _broken = null;
        }

        while (true)
        {
            carriesOn = carriesOn && !IsDirectBack(path, ref changes);
            LinkedListNode<QueuedSend>? next = null;
            Task wait;
            lock (_gate)
            {
                if (carriesOn && _broken is null && _inFlight < context.Options.MaxInFlight && _queue.TryTakeNext(out next))
                {
                    next.Value.IsInFlight = true;
                    _inFlight++;
                    wait = Task.CompletedTask;
                }
                else if (_inFlight == 0)
                {
                    return (_broken, _accepted > 0);
                }
                else
                {
                    _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _wake.Task;
                }
            }

            // Not awaited: it runs up to the link's own queue here, in order, and its answer settles it.
            if (next is not null)
                _ = HandOverAsync(path.Kind, link, next);
            else
                await wait.ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(TransportKind path, ITransportLink link, LinkedListNode<QueuedSend> place)
    {
        var send = place.Value;
        try
        {
            var result = await link.SendAsync(Peer, send.Message, send.CancellationToken).ConfigureAwait(false);
            Settle(place, accepted: true);
            send.Accept(result);
        }
        catch (TransportException refusal) when (refusal.Error == TransportError.Io)
        {
            var wasQueued = Settle(place);
            context.Logger.Refused(Peer, send.Message.Id, refusal.Message);
            send.Fail(refusal);
            if (send.IsPending && wasQueued)
                Report(LossReason.Refused, [send]);
        }
        catch (OperationCanceledException) when (send.CancellationToken.IsCancellationRequested)
        {
            Settle(place);
            send.Cancel();
        }
        catch (Exception exception)
        {
            if (Break(place, Routes.AsFailure(exception, path)))
                return;

            if (send.LostBy is { } by)
                send.Accept(new SendResult(SendStatus.Queued, by));
            else
                send.Cancel();
        }
    }

    /// <returns>False when the message was no longer queued, because the lane was closed.</returns>
    private bool Settle(LinkedListNode<QueuedSend> place, bool accepted = false)
    {
        lock (_gate)
        {
            _accepted += accepted ? 1 : 0;
            var wasQueued = _queue.Remove(place);
            Land(place.Value);
            return wasQueued;
        }
    }

    /// <summary>
    /// The link is broken and the outcome unknown: the message keeps its place and goes again with the same id; the
    /// recipient drops a repeat.
    /// </summary>
    /// <returns>
    /// Whether it goes again. Not when a path has reported it lost meanwhile, for which it must have accepted it; nor when its caller has stopped waiting and
    /// was promised nothing.
    /// </returns>
    private bool Break(LinkedListNode<QueuedSend> place, TransportException reason)
    {
        lock (_gate)
        {
            _broken ??= reason;

            // Looked at under the lock: a cancellation that came earlier found the message in flight and left it to
            // us, one that comes later finds it queued.
            var isOver = place.Value.LostBy is not null || place.Value.CancellationToken.IsCancellationRequested;
            if (isOver)
                _queue.Remove(place);
            else
                place.Value.BecomeRepeat();
            Land(place.Value);
            return !isOver;
        }
    }

    // Under the lock. Half full, not one free: the worker then wakes once for many answers.
    private void Land(QueuedSend send)
    {
        _inFlight--;
        send.IsInFlight = false;
        WakeWorker(upTo: context.Options.MaxInFlight / 2);
    }

    // Under the lock.
    private void WakeWorker(int upTo)
    {
        if (_inFlight == 0 || (_inFlight <= upTo && _broken is null && _queue.HasNext))
            _wake?.TrySetResult();
    }

    /// <summary>Whether the direct path has come back to life while the fallback carries a stream that never pauses.</summary>
    private bool IsDirectBack(ITransport path, ref int changes)
    {
        if (context.Routes.IsDirect(path) || changes == context.Routes.DirectChanges)
            return false;

        changes = context.Routes.DirectChanges;
        return context.Routes.IsDirectConnected(Peer);
    }
}
