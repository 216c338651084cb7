using Relay.Contracts;

namespace Relay.Hub.Sessions;

// The one writer of a connection: everything the client is told goes through here, in order: Challenge first, Registered before all else.
internal sealed partial class Session
{
    // So many sends in a row, then the thread is let go, for whatever waits: it may be one on which another connection's call waits to go on.
    // By way of the pool's queue: what only forces a yield goes to the thread's own, and comes next there.
    private const int SendsInARow = 8;

    private bool _registeredSent;
    private bool _stalled;

    private async Task PumpAsync()
    {
        try
        {
            await _client.Challenge(_challenge!.Message).ConfigureAwait(false);
            while (true)
            {
                // A connection that breaks ends the session, which wakes this too.
                await _wake.WaitAsync().ConfigureAwait(false);

                // Everything that is there, without a timer: a lone message waits for nothing, and what piled up while
                // the last write was under way goes out as one batch.
                for (var sends = 1; await SendNextAsync().ConfigureAwait(false); sends++)
                {
                    if (sends % SendsInARow == 0)
                        await Task.Yield();
                }

                if (_ending is { } ending)
                {
                    await SendLastWordAsync(ending).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception failure)
        {
            // Not a broken connection (SignalR swallows those) but a fault of ours. The client must not wait on a pump
            // that no longer runs: closed, it reconnects and gets everything unacknowledged again.
            _registry.Logger.PumpFailed(failure, _context.ConnectionId);
            _context.Abort();
        }
    }

    /// <summary>Sends the next thing there is.</summary>
    /// <returns>False when there is nothing.</returns>
    private async ValueTask<bool> SendNextAsync()
    {
        await SendRegisteredAsync().ConfigureAwait(false);

        // In turns: a client that sends without a pause always has answers waiting, and must still get its messages.
        var answered = await SendAnswerAsync().ConfigureAwait(false);
        var delivered = _registeredSent && _ending is null
            && (await SendLossAsync().ConfigureAwait(false) || await DeliverAsync().ConfigureAwait(false));
        return answered || delivered;
    }

    private async ValueTask SendRegisteredAsync()
    {
        if (Interlocked.Exchange(ref _registered, null) is { } registered)
        {
            _registeredSent = true;
            await _client.Registered(registered).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> SendAnswerAsync()
    {
        RelayError? error = null;
        Accepted? accepted = null;
        Queued? queued = null;
        if (!_outbox.TryTakeError(out error) && !_outbox.TryTakeAccepted(out accepted) && !_outbox.TryTakeQueued(out queued))
            return false;

        // Once more, behind the taking: the registration, and this answer to a call after it, may just have come.
        await SendRegisteredAsync().ConfigureAwait(false);
        if (error is not null)
            await _client.Error(error).ConfigureAwait(false);
        else if (accepted is not null)
            await _client.Accepted(accepted).ConfigureAwait(false);
        else
            await _client.Queued(queued!).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> SendLossAsync()
    {
        if (Peer!.NextReport(this) is { } report)
        {
            await _client.Dropped(new Dropped
            {
                Report = report.Number,
                To = report.Recipient?.Value ?? "",
                Ids = [.. report.Ids.Select(id => (ReadOnlyMemory<byte>)id.ToBytes())],
                Count = report.Count,
                Reason = (int)report.Reason,
            }).ConfigureAwait(false);
            return true;
        }

        // In its place: what lies in front of the gap is delivered, and what lies behind it is not leased before it is told.
        if (Peer.NextGap(this, out var last) is not (> 0 and var count))
            return false;

        await _client.Missed(new Missed { Count = count, Sequence = last }).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> DeliverAsync()
    {
        var leased = Peer!.Lease(this, _registry.Lease);
        if (leased.Messages.Length == 0)
        {
            // Once for each time, and not for every message that comes meanwhile.
            if (leased.IsStalled && !_stalled)
                Metrics.Stalled();
            _stalled = leased.IsStalled;
            return false;
        }

        _stalled = false;
        Metrics.BatchDelivered(leased.Messages.Length, leased.Again);
        _acknowledgements.Deliver(leased.First + leased.Messages.Length - 1);
        await _client.Deliver(new Delivery { First = leased.First, Messages = leased.Messages }).ConfigureAwait(false);
        return true;
    }

    private Task SendLastWordAsync(Ending ending) => ending.Kind switch
    {
        EndingKind.Refused => _client.Error(ending.Error!),
        EndingKind.Replaced => _client.Replaced(new Replaced()),
        EndingKind.Draining => _client.Draining(new Draining()),
        _ => Task.CompletedTask,
    };
}
