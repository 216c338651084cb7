using Client.Transport;
using Client.Transport.Relay;
using Relay.Benchmarks.Servers;
using Relay.Contracts;

namespace Relay.Benchmarks.Clients;

/// <summary>This relay: the real server, the real transport.</summary>
internal sealed class RelayCandidate(params IReadOnlyList<string> options) : ISilentCandidate
{
    public const string RelayName = "relay";

    // Thousands connect at once, by servers and a generator whose code is not compiled yet, on cores they share.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Settings a comparison needs: room for all the peers there are, and names, for the comparison with servers that ask for no proof.</summary>
    public static readonly IReadOnlyList<string> Defaults = ["Relay:MaxPeers=20000", "Relay:AllowNamedPeers=true", "Relay:RegistrationTimeout=00:00:30"];

    public string Name => RelayName;

    public string? Missing => null;

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => RelayServer.StartAsync(options, cancellationToken);

    /// <summary>The same with further settings of the relay.</summary>
    public RelayCandidate With(params IEnumerable<string> more) => new([.. options, .. more]);

    /// <summary>A transport that has not connected yet.</summary>
    public static RelayTransport CreateTransport(ServerProcess server, PeerIdentity self) =>
        new(new RelayTransportOptions
        {
            Url = server.Address,
            Key = self.Key,
            Peer = self.Id,
            ConnectTimeout = Patience,
            RegistrationTimeout = Patience,
        });

    public async Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken)
    {
        var transport = CreateTransport(server, self);
        try
        {
            await transport.ConnectAsync(self.Id, cancellationToken);
        }
        catch
        {
            await transport.DisposeAsync();
            throw;
        }

        return new Peer(transport, receiver);
    }

    public Task<SilentPeer> ConnectSilentAsync(ServerProcess server, PeerIdentity self, CancellationToken cancellationToken) =>
        SilentRegistration.AtRelayAsync(server, self, cancellationToken);

    private sealed class Peer : IPeer
    {
        private readonly RelayTransport _transport;
        private readonly Task _receiving;

        // A PeerId is parsed once, as an application would: with a checksum in it, that is work.
        private string? _lastAddress;
        private PeerId _lastRecipient;

        public Peer(RelayTransport transport, IReceiver receiver)
        {
            _transport = transport;
            transport.LossReported += loss => receiver.Fail(new InvalidOperationException($"{loss.Count} messages were reported lost: {loss.Reason}."));
            _receiving = Task.Run(() => ReceiveAsync(receiver));
        }

        public ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload)
        {
            if (!ReferenceEquals(recipient, _lastAddress))
                (_lastAddress, _lastRecipient) = (recipient, PeerId.Parse(recipient));
            return _transport.SendAsync(_lastRecipient, payload);
        }

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) => SendAsync(recipient, payload);

        public async ValueTask DisposeAsync()
        {
            await _transport.DisposeAsync();
            await _receiving;
        }

        private async Task ReceiveAsync(IReceiver receiver)
        {
            try
            {
                while (true)
                    receiver.Receive((await _transport.ReceiveAsync()).Payload.Span);
            }
            catch (ObjectDisposedException)
            {
                // The end of the run.
            }
            catch (Exception failure)
            {
                receiver.Fail(failure);
            }
        }
    }
}
