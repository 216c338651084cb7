using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>One of the servers that are compared, and how to talk to it.</summary>
internal interface ICandidate
{
    string Name { get; }

    /// <summary>Why it cannot take part on this machine; null if it can.</summary>
    string? Missing { get; }

    /// <summary>Whether the server says when it has a message, so that <see cref="IPeer.ConfirmAsync"/> works.</summary>
    bool Confirms => true;

    Task<ServerProcess> StartAsync(CancellationToken cancellationToken);

    Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken);
}
