using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Contracts;

namespace Client.Transport.Hybrid;

/// <summary>Carries messages by a direct path where there is one, else by a fallback; and keeps them where neither works.</summary>
/// <remarks>
/// <para><b>What a send says.</b> <see cref="SendResult.Path"/> tells which way a message went. When both paths fail the
/// result is <see cref="SendStatus.Pending"/> with the reason: the message waits in this process, at most
/// <see cref="HybridTransportOptions.PendingPerPeer"/> for a peer, and goes out by itself when a path reports that it is
/// back, or by interval. A pending message that is given up is reported through <see cref="LossReported"/>, within the
/// send that needed its room if there is one. An exception means that this message is not kept: it was refused for its own
/// sake, cancelled, or had no room to wait.</para>
/// <para><b>Order.</b> Messages to one peer are handed over in the order they were sent, by one path at a time, through
/// pending and flush. What each path promises then holds on that path. Across paths it cannot: after a switch from the relay
/// to the direct path, a message may overtake an earlier one that still lies in the recipient's mailbox at the relay.
/// Likewise a message that was tried on a broken link and goes again by the direct path may arrive where its first copy did, or later; by the relay it arrives
/// where its first copy did, or in order, or is lost as <see cref="LossReason.Late"/>.
/// Whoever needs more than order per path numbers the messages above this layer.</para>
/// <para><b>Receiving</b> reads both paths at once, and drops what came by the other one already. A copy is acknowledged to
/// its path only when the application has acknowledged the message.</para>
/// <para><b>Disposal</b> also disposes both inner transports. Sends that wait end with
/// <see cref="ObjectDisposedException"/>, whose outcome is unknown if they were on their way; pending messages are reported as
/// lost with <see cref="LossReason.Disposed"/>. Do not wait for it within a handler of this transport's events: it waits
/// for the loop that called the handler.</para>
/// </remarks>
public sealed partial class HybridTransport : ITransport
{
    private readonly ITransport? _direct;
    private readonly Routes _routes;
    private readonly LaneContext _lanesShare;
    private readonly ConcurrentDictionary<PeerId, Lane> _lanes = new();
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _disposal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _flushTimer;
    private readonly Task _receiving;
    private int _disposed;

    /// <param name="direct">The path that is tried first; null if there is none.</param>
    /// <param name="fallback">The path for what the direct one can't carry, usually a relay; null if none is configured.</param>
    /// <param name="options">How it waits, retries and remembers.</param>
    /// <param name="timeProvider">Its only clock.</param>
    /// <param name="logger">Gets events 3200 to 3299.</param>
    public HybridTransport(
        ITransport? direct,
        ITransport? fallback,
        HybridTransportOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
    {
        options ??= new HybridTransportOptions();
        options.Validate();
        var time = timeProvider ?? TimeProvider.System;
        _direct = direct;
        _logger = logger ?? NullLogger.Instance;
        _routes = new Routes(direct, fallback, options.DirectRetryDelay, time);
        _lanesShare = new LaneContext(_routes, options, RaiseLossReported, _logger, _stopping.Token);
        _acknowledged = Acknowledged;
        _arrivals = new Arrivals(new DuplicateFilter(options.RememberedIdsPerSender, options.RememberedSenders));
        _inbox = Channel.CreateBounded<ReceivedMessage>(options.InboxCapacity);

        if (direct is not null)
            direct.ConnectionChanged += OnDirectChanged;
        if (fallback is not null)
            fallback.ConnectionChanged += OnFallbackChanged;
        foreach (var path in _routes.All)
            path.LossReported += report => OnLossReported(path, report);

        _receiving = Task.WhenAll(_routes.All.Select(path => Task.Run(() => PumpAsync(path))));
        _flushTimer = time.CreateTimer(_ => Flush(), null, options.FlushInterval, options.FlushInterval);
    }

    public event Action? ConnectionChanged;

    public event Action<LossReport>? LossReported;

    public TransportKind Kind => TransportKind.Hybrid;

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    internal int LaneCount => _lanes.Count;

    /// <summary>Whether either path could take a message to this peer now.</summary>
    public bool IsConnected(PeerId peer) => !IsDisposed && _routes.IsConnected(peer);

    /// <summary>How many messages to this peer wait in this process for a path.</summary>
    public int PendingCount(PeerId peer) => _lanes.TryGetValue(peer, out var lane) ? lane.PendingCount : 0;

    /// <summary>Connects by the first path that can. The link stays open until disposal; what it is given goes by any path.</summary>
    public async ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        TransportException? directFailure = null;
        TransportException? fallbackFailure = null;
        foreach (var path in _routes.All)
        {
            try
            {
                await path.ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
                return new HybridLink(this);
            }
            catch (TransportException failure) when (_routes.IsDirect(path))
            {
                directFailure = failure;
            }
            catch (TransportException failure)
            {
                fallbackFailure = failure;
            }
        }

        throw _routes.Reason(directFailure, fallbackFailure);
    }

    public async ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        var send = new QueuedSend(message, cancellationToken);
        var (lane, place) = Enqueue(recipient, send);
        using (cancellationToken.UnsafeRegister(_ => lane.Cancel(place), null))
        {
            return await send.Outcome.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _disposal.Task.ConfigureAwait(false);
            return;
        }

        _inbox.Writer.TryComplete();
        await _flushTimer.DisposeAsync().ConfigureAwait(false);

        // The lanes close before anything is cancelled, so that no worker takes the end for a failure and parks.
        var workers = _lanes.Values.Select(lane => lane.CloseAsync()).ToArray();
        await _stopping.CancelAsync().ConfigureAwait(false);

        // Ends what the workers and pumps still wait for.
        foreach (var path in _routes.All)
            await DisposeAsync(path).ConfigureAwait(false);
        await Task.WhenAll([.. workers, _receiving]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _disposal.TrySetResult();
    }

    private (Lane Lane, LinkedListNode<QueuedSend> Place) Enqueue(PeerId recipient, QueuedSend send)
    {
        while (true)
        {
            var lane = _lanes.GetOrAdd(recipient, static (peer, shared) => new Lane(peer, shared), _lanesShare);

            // After the lane was added: disposal either sees the lane and closes it, or is seen here.
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (lane.TryAdd(send) is { } place)
                return (lane, place);

            _lanes.TryRemove(KeyValuePair.Create(recipient, lane));
        }
    }

    /// <summary>Tries every parked lane again, and removes those that have nothing to do.</summary>
    private void Flush()
    {
        foreach (var (peer, lane) in _lanes)
        {
            lane.Flush();
            if (lane.TryRetire())
                _lanes.TryRemove(KeyValuePair.Create(peer, lane));
        }
    }

    private void OnDirectChanged()
    {
        _routes.DirectChanged();
        OnChanged(_directChanged);
    }

    private void OnFallbackChanged() => OnChanged(_fallbackChanged);

    private void OnChanged(Pulse pulse)
    {
        pulse.Beat();
        foreach (var (peer, lane) in _lanes)
        {
            // Only good news: an attempt that fails may raise the event as well, and would then cause the next attempt.
            if (_routes.IsConnected(peer))
                lane.PathChanged();
        }

        try
        {
            ConnectionChanged?.Invoke();
        }
        catch (Exception exception)
        {
            _logger.HandlerFailed(nameof(ConnectionChanged), exception);
        }
    }

    private void OnLossReported(ITransport path, LossReport report)
    {
        if (report is { Direction: LossDirection.Sent, Peer: { } peer, Ids.Count: > 0 } && _lanes.TryGetValue(peer, out var lane))
            lane.Lost(report.Ids, path.Kind);
        RaiseLossReported(report);
    }

    // A handler that throws must not end the loop that called it.
    private void RaiseLossReported(LossReport report)
    {
        try
        {
            LossReported?.Invoke(report);
        }
        catch (Exception exception)
        {
            _logger.HandlerFailed(nameof(LossReported), exception);
        }
    }

    private async Task DisposeAsync(ITransport path)
    {
        try
        {
            await path.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The other path must be disposed all the same.
            _logger.DisposeFailed(path.Kind, exception);
        }
    }
}
