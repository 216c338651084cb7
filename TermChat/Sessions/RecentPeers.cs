using Relay.Contracts;

namespace TermChat.Sessions;

/// <summary>The peers there are sessions with: a bounded number, of which strangers go first, and then who was silent longest. Not thread-safe.</summary>
internal sealed class RecentPeers(int capacity)
{
    private readonly Dictionary<PeerId, LinkedListNode<(PeerId Peer, PeerSessions Sessions)>> _byPeer = [];

    // Longest silent first.
    private readonly LinkedList<(PeerId Peer, PeerSessions Sessions)> _peers = [];

    public PeerSessions? Find(PeerId peer) => _byPeer.TryGetValue(peer, out var known) ? known.Value.Sessions : null;

    /// <summary>Keeps what there is with a peer, who has just been heard from or written to.</summary>
    public void Keep(PeerId peer, PeerSessions sessions)
    {
        if (_byPeer.TryGetValue(peer, out var known))
        {
            _peers.Remove(known);
            _peers.AddLast(known);
            return;
        }

        if (_peers.Count >= capacity)
            Remove(FirstToGo());
        _byPeer[peer] = _peers.AddLast((peer, sessions));
    }

    public void Remove(PeerId peer)
    {
        if (!_byPeer.Remove(peer, out var known))
            return;

        _peers.Remove(known);
        known.Value.Sessions.Dispose();
    }

    public void Clear()
    {
        foreach (var (_, sessions) in _peers)
            sessions.Dispose();
        _peers.Clear();
        _byPeer.Clear();
    }

    // Anybody can make keys and write from each of them: that must not cost the sessions with those one talks to.
    private PeerId FirstToGo()
    {
        foreach (var (peer, sessions) in _peers)
        {
            if (!sessions.HasSealed)
                return peer;
        }

        return _peers.First!.Value.Peer;
    }
}
