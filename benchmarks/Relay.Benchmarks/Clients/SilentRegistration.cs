using System.Security.Cryptography;
using MessagePack;
using Relay.Benchmarks.Servers;
using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Clients;

/// <summary>How a silent peer registers: at the relay as <c>docs/protocol.md</c> says, at the plain hub by one call.</summary>
internal static class SilentRegistration
{
    public static async Task<SilentPeer> AtRelayAsync(ServerProcess server, PeerIdentity self, CancellationToken cancellationToken)
    {
        var peer = await SilentPeer.ConnectAsync(new Uri(server.Address, "/relay"), cancellationToken);
        try
        {
            await peer.ShakeHandsAsync(cancellationToken);
            var challenge = await peer.ReadAsync(
                (ReadOnlySpan<byte> read, out int taken) => HubMessages.Find(read, nameof(IRelayClient.Challenge), ReadChallenge, out taken), cancellationToken);
            var request = Answer(challenge, self, server.Address);
            await peer.SendAsync(HubMessages.Invocation(null, nameof(IRelayHub.Register), (ref writer) => Write(ref writer, request)), cancellationToken);
            await peer.ReadAsync(
                (ReadOnlySpan<byte> read, out int taken) => HubMessages.Find(read, nameof(IRelayClient.Registered), (ref _) => "", out taken), cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public static async Task<SilentPeer> AtPlainHubAsync(ServerProcess server, PeerIdentity self, CancellationToken cancellationToken)
    {
        var peer = await SilentPeer.ConnectAsync(new Uri(server.Address, "/hub"), cancellationToken);
        try
        {
            await peer.ShakeHandsAsync(cancellationToken);
            await peer.SendAsync(HubMessages.Invocation("1", nameof(PlainHub.Register), (ref writer) => writer.Write(self.Address)), cancellationToken);
            await peer.ReadAsync<string>(HubMessages.FindCompletion, cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    private static RegisterRequest Answer(Challenge challenge, PeerIdentity self, Uri server)
    {
        if (self.Key is null)
            return new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = self.Address };

        var nonce = RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength);
        if (!RegistrationProof.TryAnswer(self.Key, challenge, Audience.Of(server), nonce, null, 0, out var request))
            throw new IOException("The relay's challenge is none.");

        // An identity with somebody else's PeerId is an impostor's.
        return self.Key.PeerId == self.Id ? request : (ForgedRegistration.Of(request) with { PeerId = self.Address }).ToRequest();
    }

    private static Challenge ReadChallenge(ref MessagePackReader reader)
    {
        reader.ReadArrayHeader();
        return new Challenge
        {
            ProtocolVersion = reader.ReadInt32(),
            Key = MessagePackSerializer.Deserialize<byte[]>(ref reader),
            Nonce = MessagePackSerializer.Deserialize<byte[]>(ref reader),
            Epoch = reader.ReadString()!,
        };
    }

    private static void Write(ref MessagePackWriter writer, RegisterRequest request)
    {
        writer.WriteArrayHeader(7);
        writer.Write(request.ProtocolVersion);
        writer.Write(request.PeerId);
        writer.Write(request.Epoch);
        writer.Write(request.Sequence);
        writer.Write(request.Audience);
        writer.Write(request.Nonce.Span);
        writer.Write(request.Proof.Span);
    }
}
