using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>One of the servers to which thousands of silent peers can be connected.</summary>
internal interface ISilentCandidate : ICandidate
{
    /// <summary>Connects and registers a peer that will say nothing.</summary>
    Task<SilentPeer> ConnectSilentAsync(ServerProcess server, PeerIdentity self, CancellationToken cancellationToken);
}
