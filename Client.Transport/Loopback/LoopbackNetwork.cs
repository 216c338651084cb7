using Relay.Contracts;

namespace Client.Transport.Loopback;

/// <summary>Peers within one process that can reach each other, for tests and demos.</summary>
public sealed class LoopbackNetwork(LoopbackOptions? options = null)
{
    private readonly Dictionary<PeerId, LoopbackTransport> _members = [];

    internal LoopbackOptions Options { get; } = Checked(options ?? new LoopbackOptions());

    // One lock for the whole network: a cut is then a moment, with every message before it or after it, and nobody
    // measures a loopback. Never held while an event is raised or a caller's code runs.
    internal Lock Gate { get; } = new();

    /// <summary>Adds a peer. Dispose the transport to take it out again; the peer may then join anew, with an empty inbox.</summary>
    /// <exception cref="InvalidOperationException">The peer is in the network already.</exception>
    public LoopbackTransport Join(PeerId peer)
    {
        var transport = new LoopbackTransport(this, peer);
        lock (Gate)
        {
            if (!_members.TryAdd(peer, transport))
                throw new InvalidOperationException($"{peer} is in this loopback network already; dispose its transport first.");
        }

        TellOf(transport);
        return transport;
    }

    // The members below here are called under the gate, TellOf excepted.
    internal LoopbackTransport? Find(PeerId peer) => _members.GetValueOrDefault(peer);

    internal IEnumerable<LoopbackTransport> Members => _members.Values;

    internal void Leave(LoopbackTransport transport) => _members.Remove(transport.Peer);

    /// <summary>Lets everyone look again at whom they can reach.</summary>
    internal void TellOf(LoopbackTransport changed)
    {
        LoopbackTransport[] others;
        lock (Gate)
        {
            others = [.. _members.Values.Where(member => member != changed)];
        }

        changed.RaiseConnectionChanged();
        foreach (var other in others)
            other.RaiseConnectionChanged();
    }

    private static LoopbackOptions Checked(LoopbackOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InboxCapacity, 1);
        return options;
    }
}
