namespace Relay.Hub.Sessions;

/// <summary>
/// Absentees: peers that are away and have nothing waiting, and that the relay would forget if somebody were not to be told of a loss. So many are remembered, beside
/// the budget of all mailboxes: whatever they left behind, it takes no room from messages. Any thread; its lock is a leaf.
/// </summary>
internal sealed class Absentees(long capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Peer>[] _byKind = [new(), new(), new()];
    private volatile int _count;

    /// <summary>Remembers a peer, as the youngest of its kind unless it is there already. Under the peer's lock.</summary>
    public void Put(Peer peer, AbsenteeKind kind)
    {
        lock (_gate)
        {
            var list = _byKind[(int)kind];
            if (peer.Place.List == list)
                return;

            Take(peer);
            list.AddLast(peer.Place);
            _count++;
        }
    }

    public void Remove(Peer peer)
    {
        lock (_gate)
            Take(peer);
    }

    /// <summary>Who is to be forgotten, because there are more than may be: the one that is longest of the least kind. Null when there are not.</summary>
    public Peer? Surplus()
    {
        if (_count <= capacity)
            return null;

        lock (_gate)
            return _count <= capacity ? null : _byKind.Select(list => list.First).First(first => first is not null)!.Value;
    }

    private void Take(Peer peer)
    {
        if (peer.Place.List is not { } list)
            return;

        list.Remove(peer.Place);
        _count--;
    }
}
