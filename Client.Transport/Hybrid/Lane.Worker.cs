namespace Client.Transport.Hybrid;

// Rounds: which path carries, and what follows when it does not.
internal sealed partial class Lane
{
    private DirectFailure? _directFailure;

    private async Task RunAsync()
    {
        var secondChance = true;
        while (true)
        {
            var (failure, accepted) = await RoundAsync().ConfigureAwait(false);
            secondChance |= accepted;
            if (TryRest(failure, ref secondChance))
                return;
        }
    }

    private async Task<(TransportException? Failure, bool Accepted)> RoundAsync()
    {
        try
        {
            return await TryPathsAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A path broke the contract, in IsConnected for example. A worker that died of it would leave its callers
            // waiting for good; parked, the lane tries again.
            context.Logger.WorkerFailed(Peer, exception);
            return (Routes.AsFailure(exception, TransportKind.Hybrid), false);
        }
    }

    /// <summary>Tries each path once, in order, until one has carried all there is.</summary>
    /// <returns>No failure when another round should follow as long as there is something to carry.</returns>
    private async Task<(TransportException? Failure, bool Accepted)> TryPathsAsync()
    {
        TransportException? directFailure = null;
        TransportException? fallbackFailure = null;
        var accepted = false;
        IReadOnlyList<ITransport> paths;
        lock (_gate)
        {
            _changedMeanwhile = false;
            paths = context.Routes.InOrder(_directFailure);
        }

        foreach (var path in paths)
        {
            // A path that ended because this transport is being disposed is no reason to dial the next.
            if (context.Stopping.IsCancellationRequested)
                return (null, false);

            var changes = context.Routes.DirectChanges;
            (var failure, accepted) = await TryPathAsync(path, changes).ConfigureAwait(false);
            if (failure is null)
                return (null, accepted);

            context.Logger.PathFailed(Peer, path.Kind, failure.Error, failure.Message);
            if (!context.Routes.IsDirect(path))
            {
                fallbackFailure = failure;
                continue;
            }

            directFailure = failure;
            lock (_gate)
            {
                _directFailure = context.Routes.FailedNow(changes);
            }
        }

        // A last path that carried something before it broke deserves a new round at once. One that carried nothing does
        // not: a link that always breaks would otherwise be tried without a pause.
        return (accepted ? null : context.Routes.Reason(directFailure, fallbackFailure), accepted);
    }

    private async Task<(TransportException? Failure, bool Accepted)> TryPathAsync(ITransport path, int changes)
    {
        ITransportLink link;
        try
        {
            link = await path.ConnectAsync(Peer, context.Stopping).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Io too: a wrong set-up makes the path unavailable, it says nothing against the message.
            return (Routes.AsFailure(exception, path.Kind), false);
        }

        return await CarryAsync(path, link, changes).ConfigureAwait(false);
    }

    /// <summary>Ends the worker, if there is nothing it could do.</summary>
    private bool TryRest(TransportException? failure, ref bool secondChance)
    {
        IReadOnlyList<QueuedSend> evicted;
        bool isNews;
        lock (_gate)
        {
            if (_closed || _queue.IsEmpty)
            {
                _running = false;
                return true;
            }

            // The path came back between its failure and this line, and its event found the worker still running. Once
            // only while nothing is accepted: a connection that comes up and breaks every time raises that event too.
            if (failure is null || (_changedMeanwhile && secondChance))
            {
                secondChance = failure is null && secondChance;
                return false;
            }

            _running = false;
            _parked = failure;
            isNews = _queue.HasCallers;
            evicted = _queue.Park(failure);
        }

        // Not for every flush that fails: the first line has said it.
        if (isNews)
            context.Logger.Parked(Peer, failure.Error, failure.Message);
        GiveUp(evicted, failure);
        return true;
    }
}
