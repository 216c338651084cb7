using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.Mailboxes;
using Relay.Hub.Observability;

namespace Relay.Hub.Sessions;

/// <summary>One connection, from its opening to its end.</summary>
/// <remarks>
/// Hub methods come in on the connection's own turn; other peers' threads add answers and wake the pump; the pump is the
/// only writer to the connection. Ending is a one-way street: <see cref="HasEnded"/> goes up once, everybody checks it.
/// </remarks>
internal sealed partial class Session : ISender
{
    /// <summary>How long a client may take to read the last word and to close by itself.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(2);

    private readonly HubCallerContext _context;
    private readonly IRelayClient _client;
    private readonly SessionRegistry _registry;
    private readonly Outbox _outbox;
    private readonly AcknowledgementClock _acknowledgements;

    private readonly Signal _wake = new();
    private readonly Lock _gate = new();
    private HashSet<Peer>? _waitsAt;
    private readonly Task _pump;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitingMessages;
    private long _waitingBytes;
    private volatile bool _ended;
    private volatile Ending? _ending;
    private Registered? _registered;

    // Until the connection is registered: most of its life it only waits, and holds as little as it can.
    private volatile OpenChallenge? _challenge;
    private volatile ITimer? _registrationTimer;

    /// <param name="place">What the connection takes up among all there may be.</param>
    public Session(HubCallerContext context, IRelayClient client, SessionRegistry registry, ConnectionLease place, IPAddress? address)
    {
        _context = context;
        _client = client;
        _registry = registry;
        (Place, Address) = (place, address);
        _challenge = new OpenChallenge(registry.Directory.Epoch);
        _outbox = new Outbox(Options.SendWindowMessages);
        _maxPayloadBytes = Options.MaxPayloadBytes;
        _acknowledgements = new AcknowledgementClock(Metrics, registry.Time);

        // The time runs when the client is told of the challenge, which is the first thing the pump does.
        _registrationTimer = registry.Time.CreateTimer(
            static session => ((Session)session!).RefuseSilence(), this, Options.RegistrationTimeout, Timeout.InfiniteTimeSpan);
        _pump = PumpAsync();

        // The request ends when the socket does, which is after the hub has heard of it. Other transports have no such sign.
        if (context.GetHttpContext() is { WebSockets.IsWebSocketRequest: true } http)
            http.Response.OnCompleted(static session => ((Session)session).LeaveSocket(), this);
        else
            _gone.TrySetResult();
    }

    /// <summary>The peer this connection registered, or null.</summary>
    public Peer? Peer { get; private set; }

    public ConnectionLease Place { get; }

    /// <summary>Where the client is, as far as that is known.</summary>
    public IPAddress? Address { get; }

    /// <summary>Whether the connection is over. What it still has under way must change nothing any more.</summary>
    public bool HasEnded => _ended;

    private RelayOptions Options => _registry.Directory.Options;

    private RelayMetrics Metrics => _registry.Directory.Metrics;

    /// <summary>Makes the pump look whether there is something to send.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Says yes to messages, when the pump looks next: <see cref="Wake"/>. The numbers are the client's.</summary>
    public void Answer(NumberRange numbers, AnswerKind kind)
    {
        // Not here and now: this can run under a peer's lock, and ending takes the locks of the peers this session waits at.
        if (!_outbox.TryAdd(numbers, kind) && !_ended)
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.EndUnread(), this, preferLocal: false);
    }

    /// <summary>Says no to a message, or to a call if <paramref name="number"/> is 0. The connection stays. Never under a lock.</summary>
    private void Refuse(Refusal refusal, long number = 0)
    {
        _registry.Note(refusal, Peer);
        if (!_outbox.TryAdd(refusal.ToError(number)))
            EndUnread();
        Wake();
    }

    /// <summary>Called by <see cref="Peer"/> under its lock, as the first thing after the takeover: from here the pump may deliver.</summary>
    public void Start(long acknowledged) => Volatile.Write(ref _registered, new Registered
    {
        ProtocolVersion = RelayProtocol.Version,
        Epoch = _registry.Directory.Epoch,
        Sequence = acknowledged,
        Limits = _registry.Limits,
    });

    /// <summary>Notes that a message of this connection waits at a peer, so that it can be forgotten there.</summary>
    /// <returns>False if the connection has ended: it will not come back to forget it.</returns>
    public bool WaitsAt(Peer peer)
    {
        lock (_gate)
        {
            if (!_ended)
                (_waitsAt ??= []).Add(peer);
            return !_ended;
        }
    }

    AppendOutcome ISender.TryWait(int payloadBytes)
    {
        lock (_gate)
        {
            if (_ended)
                return AppendOutcome.SenderEnded;
            if (_waitingMessages >= Options.SendWindowMessages)
                return AppendOutcome.SendWindowMessagesExceeded;
            if (_waitingMessages > 0 && _waitingBytes + payloadBytes > Options.SendWindowBytes)
                return AppendOutcome.SendWindowBytesExceeded;

            _waitingMessages++;
            _waitingBytes += payloadBytes;
            return AppendOutcome.Waiting;
        }
    }

    void ISender.EndWait(int payloadBytes)
    {
        lock (_gate)
        {
            _waitingMessages--;
            _waitingBytes -= payloadBytes;

            // Or a long connection would keep every peer it ever waited at.
            if (_waitingMessages == 0)
                _waitsAt = null;
        }
    }

    /// <summary>Ends the connection, after telling the client why. May be repeated; the first reason counts.</summary>
    public void End(Ending ending)
    {
        Peer[] waitsAt;
        lock (_gate)
        {
            if (_ended)
                return;

            _ended = true;
            _ending = ending;
            waitsAt = [.. _waitsAt ?? []];
            _waitsAt = null;
        }

        CloseRegistration();

        // TryWait and WaitsAt refuse from here on, so nothing of this connection can begin to wait behind this.
        foreach (var peer in waitsAt)
            peer.ForgetWaiting(this);

        _registry.Note(ending, Peer);
        Wake();
        _ = CloseAsync(ending);
    }

    /// <summary>The client does not read. Whoever noticed cuts the connection, on which nothing can be said any more.</summary>
    public void EndStuck(TimeSpan after) => End(Ending.Unread(after));

    /// <summary>Nothing comes from the client. Whoever noticed cuts the connection.</summary>
    public void EndSilent() => End(Ending.Silent(Options));

    /// <summary>Registering failed by a fault, not by a refusal. The client must not wait for an answer.</summary>
    public void FailRegistration(Exception failure)
    {
        _registry.Logger.RegistrationFailed(failure);
        _context.Abort();
    }

    /// <summary>Tells the client that the relay stops, and lets it go. Completes when its socket is closed.</summary>
    /// <remarks>Not earlier: a socket that SignalR cuts off at shutdown can take what was just written with it.</remarks>
    public Task DrainAsync()
    {
        End(Ending.Draining);
        return Task.WhenAll(_pump, _gone.Task);
    }

    /// <summary>The connection is gone. Waits until nothing here runs any more.</summary>
    /// <param name="failure">With what SignalR ended it, if it was an error.</param>
    public async Task CloseAsync(Exception? failure)
    {
        End(Ending.By(failure, _context.Features.Get<PollingClient>(), Options));
        await _pump;
        if (Peer is { } peer)
            _registry.Leave(peer, this);
    }

    private async Task CloseAsync(Ending ending)
    {
        if (ending.IsOver)
            return;

        if (ending.Kind == EndingKind.Draining)
        {
            await Task.WhenAny(_pump, GraceAsync()).ConfigureAwait(false);

            // Tells a SignalR client with automatic reconnect to try again; Abort would tell it not to.
            _context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return;
        }

        // The client is to close by itself once it has read the last word. Aborting at once could overtake it: a SignalR
        // client may raise its closed event before the callbacks that came in ahead of it, and would take "replaced" for
        // a broken connection and come back to fight. One that stays, or sits behind a dead link, is cut off.
        await GraceAsync().ConfigureAwait(false);
        _context.Abort();
    }

    private async Task GraceAsync()
    {
        // The machine's clock, wherever the mailboxes' comes from: this waits for a socket, as SignalR's own timeouts do.
        var gone = Task.Delay(Grace, TimeProvider.System, _context.ConnectionAborted);
        await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task LeaveSocket()
    {
        _gone.TrySetResult();
        return Task.CompletedTask;
    }

    private void CloseRegistration()
    {
        _registrationTimer?.Dispose();
        _challenge?.Close();
        (_registrationTimer, _challenge) = (null, null);
    }

    private void RefuseSilence() => End(Ending.NotRegistered(Options));

    private void EndUnread() => End(Ending.TooManyUnread(Options));
}
