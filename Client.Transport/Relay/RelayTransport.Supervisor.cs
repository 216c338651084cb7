namespace Client.Transport.Relay;

// The one loop that makes connections: a new link, until it ends, a pause, the next link.
public sealed partial class RelayTransport
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RelayLink? _link;
    private volatile RelayConnectionState _state;
    private Task? _supervising;
    private readonly LinkWaiters _waiters = new();

    // Cuts the pause before the next attempt short.
    private TaskCompletionSource _hurry = NewHurry();

    // While the relay has asked not to be tried again: why. Whoever needs a link then is told so at once.
    private TransportException? _refusal;

    private static TaskCompletionSource NewHurry() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EnsureRunning()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            _supervising ??= Task.Run(SuperviseAsync);
        }
    }

    /// <summary>Uses the link that is there, or the next one. Everybody who waits for one waits for the same attempt.</summary>
    private Task<T> WithLink<T>(Func<RelayLink, T> use)
    {
        EnsureRunning();
        lock (_gate)
        {
            if (_link is { IsOpen: true } link)
                return Task.FromResult(use(link));
            if (_refusal is not null)
                return Task.FromException<T>(_refusal);

            _hurry.TrySetResult();
            return _waiters.Add(use);
        }
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
            _waiters.Open(link);
            _link = link;
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
        var random = _options.Random.NextDouble();
        var pause = ReconnectSchedule.Pause(Math.Max(1, failures), _options.ReconnectDelay, _options.MaxReconnectDelay, random);
        var isAsked = reason.RetryAfter > TimeSpan.Zero;
        if (isAsked && ReconnectSchedule.Asked(reason.RetryAfter, random) is var asked && asked > pause)
            pause = asked;

        Task hurry;
        lock (_gate)
        {
            if (failures > 0 || isAsked)
            {
                _waiters.Fail(reason);
                _hurry = NewHurry();
            }

            _refusal = isAsked ? reason : null;
            hurry = _hurry.Task;
        }

        if (failures > 0)
            _logger.ConnectFailed(failures, _url, reason.Error, reason.Message, pause);

        // The pause has begun when others are told of it, or a clock they then move would not reach it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token);
        var pausing = Task.Delay(pause, _time, over.Token);
        Change(RelayConnectionState.Waiting, reason, pause);
        await Task.WhenAny(hurry, pausing).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        lock (_gate)
            _refusal = null;
    }

    private void EndReplaced(TransportException reason)
    {
        lock (_gate)
            _waiters.Close(reason);
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
            _waiters.Close(Disposed());
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
