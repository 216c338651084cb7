namespace Client.Transport.Relay;

// The one loop that makes connections: a new link, until it ends, a pause, the next link.
public sealed partial class RelayTransport
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RelayLink? _link;
    private volatile RelayConnectionState _state;
    private Task? _supervising;

    // What the attempt under way, or else the next one, will come to. Everybody who needs a connection waits for the same.
    private TaskCompletionSource<RelayLink> _attempt = NewAttempt();

    // Cuts the pause before the next attempt short.
    private TaskCompletionSource _hurry = NewHurry();

    private static TaskCompletionSource<RelayLink> NewAttempt() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource NewHurry() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EnsureRunning()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            _supervising ??= Task.Run(SuperviseAsync);
        }
    }

    private async Task<ITransportLink> NextLinkAsync(CancellationToken cancellationToken)
    {
        EnsureRunning();
        Task<RelayLink> attempt;
        lock (_gate)
        {
            attempt = _attempt.Task;
            _hurry.TrySetResult();
        }

        return await attempt.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SuperviseAsync()
    {
        var failures = 0;
        while (!_disposing.IsCancellationRequested)
        {
            Change(RelayConnectionState.Connecting);
            TransportException reason;
            RelayLink? link = null;
            try
            {
                link = await RelayLink.ConnectAsync(
                    _options, _inbox, Report, _time, _logger, _loggers, _disposing.Token).ConfigureAwait(false);
                await using (link.ConfigureAwait(false))
                {
                    failures = 0;
                    reason = await UseAsync(link).ConfigureAwait(false);
                }
            }
            catch (TransportException failure)
            {
                failures++;
                reason = failure;
            }

            if (!_disposing.IsCancellationRequested && link?.WasReplaced != true)
                await PauseAsync(reason, failures).ConfigureAwait(false);

            // Looked at once more after the pause: the end of a connection can be noticed before its last callback.
            if (link?.WasReplaced == true)
            {
                EndReplaced(reason);
                return;
            }
        }
    }

    private async Task<TransportException> UseAsync(RelayLink link)
    {
        lock (_gate)
        {
            _link = link;
            _attempt.TrySetResult(link);

            // Whoever comes once this link is gone waits for the next.
            _attempt = NewAttempt();
            _hurry = NewHurry();
        }

        _logger.Connected(_url);
        Change(RelayConnectionState.Connected);
        try
        {
            var reason = await link.Ended.WaitAsync(_disposing.Token).ConfigureAwait(false);
            _logger.Disconnected(_url, reason.Message);
            return reason;
        }
        catch (OperationCanceledException)
        {
            return Disposed();
        }
        finally
        {
            _link = null;
        }
    }

    private async Task PauseAsync(TransportException reason, int failures)
    {
        var pause = ReconnectSchedule.Pause(
            Math.Max(1, failures), _options.ReconnectDelay, _options.MaxReconnectDelay, _options.Random.NextDouble());
        Task hurry;
        lock (_gate)
        {
            if (failures > 0)
            {
                _attempt.TrySetException(reason);

                // Nobody may have waited for this attempt; its failure is logged below.
                _ = _attempt.Task.Exception;
                _attempt = NewAttempt();
                _hurry = NewHurry();
            }

            hurry = _hurry.Task;
        }

        if (failures > 0)
            _logger.ConnectFailed(failures, _url, reason.Error, reason.Message, pause);
        Change(RelayConnectionState.Waiting, reason, pause);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token);
        await Task.WhenAny(hurry, Task.Delay(pause, _time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private void EndReplaced(TransportException reason)
    {
        lock (_gate)
            _attempt.TrySetException(reason);
        _ = _attempt.Task.Exception;
        Change(RelayConnectionState.Replaced, reason);
        _inbox.Complete(reason);
    }

    private async Task StopAsync()
    {
        Task? supervising;
        lock (_gate)
            supervising = _supervising;
        if (supervising is not null)
            await supervising.ConfigureAwait(false);

        lock (_gate)
            _attempt.TrySetException(Disposed());
        _ = _attempt.Task.Exception;
        Change(RelayConnectionState.Disposed);
    }

    private void Change(RelayConnectionState state, TransportException? reason = null, TimeSpan? nextAttemptIn = null)
    {
        if (_state == RelayConnectionState.Replaced && state != RelayConnectionState.Disposed)
            return;

        _state = state;
        Raise(nameof(StateChanged), () => StateChanged?.Invoke(new RelayConnectionChange(state, reason, nextAttemptIn)));
        Raise(nameof(ConnectionChanged), () => ConnectionChanged?.Invoke());
    }

    private static TransportException Disposed() =>
        new(TransportError.ConnectionClosed, "The transport was disposed.");
}
