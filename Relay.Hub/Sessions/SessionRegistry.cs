using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;
using Relay.Hub.Observability;

namespace Relay.Hub.Sessions;

/// <summary>All open connections, registered or not.</summary>
internal sealed class SessionRegistry(
    PeerDirectory directory,
    RegistrationCheck admission,
    AccessControl access,
    ConnectionGate gate,
    IHubContext<RelayHub, IRelayClient> hub,
    TimeProvider time,
    ILogger<RelayHub> logger)
{
    private readonly ConcurrentDictionary<Session, bool> _open = new();
    private readonly Tally _strangers = new(time);
    private readonly Tally _refusals = new(time);
    private int _connectedPeers;
    private volatile bool _draining;

    public PeerDirectory Directory => directory;

    public RegistrationCheck Admission => admission;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public LeaseLimits Lease { get; } = new(
        RelayOptions.MaxBatchMessages, RelayOptions.MaxBatchBytes,
        directory.Options.DeliveryWindowMessages, directory.Options.DeliveryWindowBytes);

    /// <summary>What every client is told of them.</summary>
    public RelayLimits Limits { get; } = directory.Options.Limits;

    public int OpenConnections => _open.Count;

    public int ConnectedPeers => Volatile.Read(ref _connectedPeers);

    /// <summary>Whether the relay is shutting down and sends its clients away.</summary>
    public bool IsDraining => _draining;

    /// <summary>The refusal of one more peer; with how long to wait: until somebody may have left.</summary>
    public Refusal Full => new(
        ErrorCode.ServerFull,
        $"This relay has as many peers connected as it allows: {directory.Options.MaxPeers} (Relay:MaxPeers). Try again later. {Refusal.Documented}",
        TimeSpan.FromSeconds(5));

    public Session Open(HubCallerContext context)
    {
        var http = context.GetHttpContext();
        var session = new Session(context, hub.Clients.Client(context.ConnectionId), this, gate.LeaseOf(http), http?.Connection.RemoteIpAddress);
        _open.TryAdd(session, true);

        // A connection that slips in behind the drain's list of connections is told as well.
        if (_draining)
            _ = session.DrainAsync();
        return session;
    }

    /// <param name="failure">With what SignalR ended the connection, if it was an error.</param>
    public async Task CloseAsync(Session session, Exception? failure)
    {
        _open.TryRemove(session, out _);
        session.Place.Dispose();
        await session.CloseAsync(failure);
    }

    /// <summary>Counts and logs why a connection ended.</summary>
    /// <param name="peer">Whose it was; none if it had not registered.</param>
    public void Note(Ending ending, Peer? peer = null)
    {
        if (ending.Error is { Code: var code })
            directory.Metrics.Refused((ErrorCode)code);
        if (ending.Reason is not { } reason)
            return;

        // By its tag an operator can ban it. Who has not registered has none, and can come back with the same as often as it likes.
        if (peer is not null)
            logger.SentAway(peer.Id, ending.Name, reason);
        else if (_strangers.Count(reason) is > 0 and var count)
            logger.StrangersSentAway(ending.Name, count, reason);
    }

    /// <summary>Counts and logs that a call or a message was refused, on a connection that goes on.</summary>
    /// <param name="peer">Whose it is; none if it has not registered.</param>
    public void Note(Refusal refusal, Peer? peer)
    {
        directory.Metrics.Refused(refusal.Code);
        if (_refusals.Count(refusal.Reason) is > 0 and var count)
            logger.CallsRefused(refusal.Code, count, peer is null ? "one that has not registered" : peer.Id.ToString(), refusal.Reason);
    }

    /// <summary>Makes a session the one connection of its peer, and ends the one before.</summary>
    /// <returns>Null when the relay is full.</returns>
    public Peer? Enter(PeerId id, Session session, long resumeFrom)
    {
        // A peer that takes over its own place needs no new one.
        var isFull = Interlocked.Increment(ref _connectedPeers) > directory.Options.MaxPeers && !directory.IsConnected(id);
        while (!isFull && directory.GetOrAdd(id, always: true) is { } peer)
        {
            if (!peer.TryAttach(session, resumeFrom, out var replaced))
            {
                directory.Forget(peer);
                continue;
            }

            if (replaced is not null)
            {
                Interlocked.Decrement(ref _connectedPeers);
                logger.Replaced(id);
                replaced.End(Ending.Replaced);
            }

            // A ban made between the check and this line did not find this session at its peer; it is found here.
            session.Place.Register();
            directory.Know(id);
            SendAwayUnlessAllowed(session);
            directory.Metrics.Registered(tookOver: replaced is not null);
            return peer;
        }

        Interlocked.Decrement(ref _connectedPeers);
        return null;
    }

    public void Leave(Peer peer, Session session)
    {
        if (peer.Detach(session))
        {
            Interlocked.Decrement(ref _connectedPeers);
            logger.Left(peer.Id);
        }
    }

    /// <summary>The connected peer that logs show by this tag.</summary>
    public PeerId? FindByTag(string tag)
    {
        foreach (var (session, _) in _open)
        {
            if (session is { HasEnded: false, Peer.Id: var id } && id.ToString() == tag)
                return id;
        }

        return null;
    }

    /// <summary>Ends the connections of everybody whom the lists, as they are now, keep out.</summary>
    public void ApplyAccess()
    {
        foreach (var (session, _) in _open)
            SendAwayUnlessAllowed(session);
    }

    /// <summary>Ends the connection of a peer, if it has one.</summary>
    /// <returns>Whether it had.</returns>
    public bool SendAway(PeerId id, Refusal why)
    {
        if (directory.Find(id.Value)?.Session is not { } session)
            return false;

        session.End(Ending.Refused(why));
        return true;
    }

    private void SendAwayUnlessAllowed(Session session)
    {
        var lists = access.Current;
        if (session.Peer is not { Id: var id })
        {
            if (lists.Check(session.Address) is { } stranger)
                session.End(Ending.Refused(stranger));
            return;
        }

        if (lists.Check(id, session.Address) is { } refusal)
            session.End(Ending.Refused(refusal));
    }

    /// <summary>Lets connected peers have what is there for them, then tells every client that the relay stops, and sends it away so that it reconnects.</summary>
    /// <remarks>Takes <see cref="RelayOptions.DrainTimeout"/> at the most, and half of that for the first part.</remarks>
    public async Task DrainAsync()
    {
        _draining = true;
        logger.Draining(_open.Count);
        using var activity = RelayActivity.Drain(_open.Count);

        // The machine's clock, wherever the mailboxes' comes from: all of this waits for clients and their sockets.
        var timeout = Task.Delay(directory.Options.DrainTimeout, TimeProvider.System);
        await SettleAsync(directory.Options.DrainTimeout / 2, directory.Options.DrainTimeout / 20);
        Task[] leaving = [.. _open.Keys.Select(session => session.DrainAsync())];
        await Task.WhenAny(Task.WhenAll(leaving), timeout);
        if (leaving.Count(one => !one.IsCompleted) is > 0 and var left)
            logger.DrainTimedOut(left, LimitWords.NotGone(directory.Options));
    }

    /// <summary>Waits until connected peers have acknowledged all there is for them; no longer than they go on to acknowledge something.</summary>
    private async Task SettleAsync(TimeSpan atMost, TimeSpan patience)
    {
        var start = TimeProvider.System.GetTimestamp();
        var (acknowledged, changedAt) = (Acknowledged(), start);
        while (Unsettled() > 0)
        {
            if (Acknowledged() is var now && now != acknowledged)
                (acknowledged, changedAt) = (now, TimeProvider.System.GetTimestamp());

            if (TimeProvider.System.GetElapsedTime(start) >= atMost || TimeProvider.System.GetElapsedTime(changedAt) >= patience)
            {
                if (Unsettled() is > 0 and var left)
                    logger.DrainTimedOut(left, LimitWords.NotSettled(directory.Options));
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        long Acknowledged() => directory.Metrics.AcknowledgedMessages + directory.Metrics.LateMessages;

        int Unsettled() => _open.Keys.Count(session => session.Peer?.IsSettled == false);
    }
}
