using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>What the chaos is for: a server and its clients.</summary>
internal interface ISubject : IDisposable
{
    string Name { get; }

    /// <summary>Whether it is this relay: what strangers do to it, and what its memory comes to, others are not asked.</summary>
    bool IsRelay { get; }

    /// <summary>The server's port, the same for every one of its processes.</summary>
    int Port { get; }

    /// <summary>How often a client had to wait because it had sent faster than the server takes messages from one sender.</summary>
    long SlowedSends { get; }

    /// <summary>How many connections were made by long polling.</summary>
    long PolledConnections { get; }

    /// <summary>Starts a process of the server, at <see cref="Port"/>.</summary>
    Task<ServerProcess> StartAsync(CancellationToken cancellationToken);

    /// <summary>Begins a life of a peer, which connects as soon as it can.</summary>
    /// <param name="server">Where the peer finds the server.</param>
    /// <param name="address">The addresses of all peers, by number.</param>
    /// <param name="report">Gets what the life is told of losses.</param>
    /// <param name="note">Gets what its connections are told, in words.</param>
    ILife Begin(PeerIdentity self, Uri server, Func<int, PeerId> address, Action<LossReport> report, Action<string> note);
}
