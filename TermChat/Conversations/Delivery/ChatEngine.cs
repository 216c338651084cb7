using System.Threading.Channels;
using Client.Transport;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations.Storage;
using TermChat.Identity;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

/// <summary>Carries the outbox to its peers and stores what comes from them: each message once, in order, acknowledged end to end.</summary>
/// <remarks>
/// One loop does it all, in turns. A turn takes the events that are there - packets, answers, reports, new messages - decrypts
/// what came, writes everything to the database as one change, and only then acknowledges, sends and tells. So a program
/// that is killed at any point has either not taken a message, and gets it again, or has it for good.
/// </remarks>
internal sealed partial class ChatEngine : IAsyncDisposable
{
    /// <summary>Packets a turn takes at most: what a relay delivers without an acknowledgement.</summary>
    private const int MaxPacketsInTurn = 256;

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly ChatStore _store;
    private readonly SessionTable _sessions;
    private readonly ITransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<IEvent> _events = Channel.CreateUnbounded<IEvent>(new UnboundedChannelOptions { SingleReader = true });

    // Packets that wait for a turn. The transport is not read further, and the relay holds back, while they are enough.
    private readonly SemaphoreSlim _room = new(MaxPacketsInTurn);
    private readonly Dictionary<PeerId, PeerLane> _lanes = [];
    private readonly List<FlushAsked> _flushes = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started;
    private readonly ITimer _ticks;
    private readonly Task _loop;
    private readonly Task _receiving;
    private long _storeVersion;
    private long _lastNumber;
    private int _disposed;

    public ChatEngine(ChatStore store, SessionTable sessions, ITransport transport, TimeProvider time, ILogger logger)
    {
        (_store, _sessions, _transport, _time, _logger) = (store, sessions, transport, time, logger);
        _started = time.GetTimestamp();
        _storeVersion = store.Version;
        LoadOutbox(isStart: true);
        transport.ConnectionChanged += OnConnectionChanged;
        transport.LossReported += OnLossReported;
        _ticks = time.CreateTimer(_ => Post(new Tick()), null, TickInterval, TickInterval);
        _loop = Task.Run(RunAsync);
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Raised from the loop: return soon.</summary>
    public event Action<ChatChange>? Changed;

    /// <summary>There may be something new in the outbox.</summary>
    public void LookIntoOutbox() => Post(new OutboxChanged());

    /// <summary>Waits until everything this side owes to its peers, acknowledgements above all, was taken by the transport.</summary>
    /// <remarks>Messages need no such care: they are in the outbox. Does not complete while there is no connection.</remarks>
    public Task FlushAsync()
    {
        var asked = new FlushAsked(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Post(asked);
        return asked.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        _transport.ConnectionChanged -= OnConnectionChanged;
        _transport.LossReported -= OnLossReported;
        await _ticks.DisposeAsync();
        await _stopping.CancelAsync();
        _events.Writer.TryComplete();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        FailPings();
        _stopping.Dispose();
        _room.Dispose();
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_started);

    private void Post(IEvent happened) => _events.Writer.TryWrite(happened);

    private void OnConnectionChanged() => Post(new ConnectionChanged());

    private void OnLossReported(LossReport report) => Post(new LossReported(report));

    private PeerLane Lane(PeerId peer)
    {
        if (!_lanes.TryGetValue(peer, out var lane))
            _lanes.Add(peer, lane = new PeerLane(peer));
        return lane;
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stopping.Token);
                var message = await _transport.ReceiveAsync(_stopping.Token);
                message.Hold();
                Post(new PacketReceived(message));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The chat is being closed. What was not stored comes again.
        }
        catch (TransportException)
        {
            // Replaced by another connection: nothing more will come, and the person has to know.
            Changed?.Invoke(new ChatChange(ChatChangeKind.Connection));
        }
    }

    private async Task RunAsync()
    {
        var turn = new Turn();
        while (await _events.Reader.WaitToReadAsync())
        {
            turn.Clear();
            while (turn.Packets.Count < MaxPacketsInTurn && _events.Reader.TryRead(out var happened))
                Begin(turn, happened);

            try
            {
                await EndAsync(turn);
            }
            catch (Exception failure) when (!_stopping.IsCancellationRequested)
            {
                // A fault of ours. What the turn did not store is not acknowledged, and comes again with the next connection.
                _logger.EventFailed(failure, nameof(Turn));
            }

            if (turn.Packets.Count > 0)
                _room.Release(turn.Packets.Count);
        }
    }

    /// <summary>First to the disk, then to the world.</summary>
    private async Task EndAsync(Turn turn)
    {
        await StoreAsync(turn);
        foreach (var outcome in turn.Outcomes)
            outcome();
        foreach (var packet in turn.Packets)
            packet.Acknowledge();
        foreach (var lane in _lanes.Values)
            Send(lane);
        Retire();
        Tell(turn);
        Flushed();
    }

    private void Begin(Turn turn, IEvent happened)
    {
        try
        {
            Handle(turn, happened);
        }
        catch (Exception failure)
        {
            // A fault of ours, met by one packet perhaps that a hostile peer made for it. It must not end the chat with everybody else.
            _logger.EventFailed(failure, happened.GetType().Name);
        }
    }

    private void Handle(Turn turn, IEvent happened)
    {
        switch (happened)
        {
            case PacketReceived packet:
                turn.Packets.Add(packet.Message);
                Open(turn, packet.Message);
                break;
            case CopyAnswered answered:
                Answered(turn, answered);
                break;
            case ControlLost failed:
                Owe(failed);
                break;
            case LossReported loss:
                Lost(turn, loss.Report);
                break;
            case ConnectionChanged:
                foreach (var lane in _lanes.Values)
                    lane.Retry.Connected();
                turn.Tell(new ChatChange(ChatChangeKind.Connection));
                break;
            case PingAsked ping:
                Lane(ping.Peer).OwedPings.Add(ping.Nonce);
                Hurry(ping.Peer);
                break;
            case OutboxChanged:
                turn.IsOutboxChanged = true;
                break;
            case FlushAsked flush:
                _flushes.Add(flush);
                break;
            case Tick:
                Look(turn);
                break;
        }
    }

    /// <summary>Time has passed.</summary>
    private void Look(Turn turn)
    {
        foreach (var lane in _lanes.Values)
        {
            // Nothing is out after all of it was evicted. The time of the next question is then when what waits may go again.
            if ((lane.HasFlying || lane.Retry.IsMailboxFull) && _transport.IsConnected(lane.Peer) && lane.Retry.TakeProbe(Elapsed))
                lane.Probe();
        }

        // Another process of this profile may have put something into the outbox.
        var version = _store.Version;
        if (version != _storeVersion)
        {
            _storeVersion = version;
            turn.IsOutboxChanged = true;
            turn.Tell(new ChatChange(ChatChangeKind.LinesChanged));
        }
    }

    private async Task StoreAsync(Turn turn)
    {
        while (turn.Changes.Count > 0 || turn.IsOutboxChanged)
        {
            turn.Outcomes.Clear();
            try
            {
                _store.Write(() =>
                {
                    foreach (var change in turn.Changes)
                        change();
                });
                if (turn.IsOutboxChanged)
                    LoadOutbox(isStart: false);
                return;
            }
            catch (SetupException failure)
            {
                // A full disk, say. Nothing of the turn is lost: it waits here, unacknowledged, until the database takes it.
                _logger.StoreFailed(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _stopping.Token);
            }
        }
    }

    private void LoadOutbox(bool isStart)
    {
        foreach (var stored in _store.Outbox(after: _lastNumber))
        {
            _lastNumber = stored.Number;
            var lane = Lane(stored.Peer);
            var wasSent = isStart && stored.State == LineState.Sent;
            lane.Add(new Outgoing(stored), wasSent);
            if (wasSent)
                lane.Retry.Resumed(Elapsed);
            Hurry(stored.Peer);
        }
    }

    private void Flushed()
    {
        _controlUnderWay.RemoveAll(control => control.IsCompleted);
        if (_flushes.Count == 0 || _controlUnderWay.Count > 0 || _events.Reader.TryPeek(out _) || _lanes.Values.Any(lane => lane.OwesControl))
            return;

        foreach (var flush in _flushes)
            flush.Done.TrySetResult();
        _flushes.Clear();
    }

    private void Retire()
    {
        foreach (var lane in _lanes.Values.Where(lane => lane.IsIdle && !_sessions.HasToAnswer(lane.Peer)).ToArray())
            _lanes.Remove(lane.Peer);
    }

    private void Tell(Turn turn)
    {
        foreach (var change in turn.Told)
        {
            try
            {
                Changed?.Invoke(change);
            }
            catch (Exception failure)
            {
                // Somebody else's code must not end the loop.
                _logger.HandlerFailed(failure);
            }
        }
    }
}
