using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Sessions;

/// <summary>All open connections, registered or not.</summary>
internal sealed class SessionRegistry(
    PeerDirectory directory,
    RegistrationCheck admission,
    IHubContext<RelayHub, IRelayClient> hub,
    TimeProvider time,
    ILogger<RelayHub> logger)
{
    private readonly ConcurrentDictionary<Session, bool> _open = new();
    private int _connectedPeers;
    private volatile bool _draining;

    public PeerDirectory Directory => directory;

    public RegistrationCheck Admission => admission;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public LeaseLimits Lease { get; } = new(
        RelayOptions.MaxBatchMessages, RelayOptions.MaxBatchBytes,
        directory.Options.DeliveryWindowMessages, directory.Options.DeliveryWindowBytes);

    public int OpenConnections => _open.Count;

    public int ConnectedPeers => Volatile.Read(ref _connectedPeers);

    /// <summary>Whether the relay is shutting down and sends its clients away.</summary>
    public bool IsDraining => _draining;

    public string FullMessage =>
        $"This relay has as many peers connected as it allows: {directory.Options.MaxPeers} (Relay:MaxPeers). Try again later.";

    public Session Open(HubCallerContext context)
    {
        var session = new Session(context, hub.Clients.Client(context.ConnectionId), this);
        _open.TryAdd(session, true);

        // A connection that slips in behind the drain's list of connections is told as well.
        if (_draining)
            _ = session.DrainAsync();
        return session;
    }

    public async Task CloseAsync(Session session)
    {
        _open.TryRemove(session, out _);
        await session.CloseAsync();
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

    /// <summary>Tells every client that the relay stops, and sends it away so that it reconnects.</summary>
    public async Task DrainAsync()
    {
        _draining = true;
        logger.Draining(_open.Count);
        var drained = Task.WhenAll(_open.Keys.Select(session => session.DrainAsync()));
        var limit = Task.Delay(directory.Options.DrainTimeout, time);
        await Task.WhenAny(drained, limit);

        // The last words are in SignalR's pipes, and nothing tells when its transports have written them out: a stop that
        // goes on at once cuts them off. Real time, because it is the network that is waited for.
        await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System), limit);
    }
}
