using System.Net.Sockets;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>nats-server core, and a small client of ours: a PUB for each message, a peer's address as its subject.</summary>
internal sealed class NatsCandidate : ICandidate
{
    public string Name => NatsServer.Program;

    public string? Missing => Programs.Missing(NatsServer.Program, "nats-server");

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => NatsServer.StartAsync(cancellationToken);

    public async Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, cancellationToken);
        var peer = new NatsPeer(socket, receiver);
        try
        {
            await peer.SubscribeAsync(self.Address);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }
}
