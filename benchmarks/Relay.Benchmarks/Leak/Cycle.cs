using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;
using Relay.Contracts;

namespace Relay.Benchmarks.Leak;

/// <summary>One peer: connects, registers, sends a message to the one that stays, is told that it is accepted, and leaves in one way or another.</summary>
internal sealed class Cycle(ServerProcess server, Collector collector, int number, Dice dice)
{
    private const int PayloadLength = 100;

    // Names that come again and again. The others are new each time, as are keys, so that whatever is kept for one adds up.
    private const int OldNames = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What it is, by its number.</summary>
    public CycleKind Kind { get; } = (number % 100) switch
    {
        < 20 => CycleKind.Key,
        < 22 => CycleKind.Transport,
        < 32 => CycleKind.Abort,
        < 37 => CycleKind.Takeover,
        < 60 => CycleKind.OldName,
        _ => CycleKind.NewName,
    };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var identity = Kind switch
        {
            CycleKind.Key or CycleKind.Transport => PeerIdentity.NewKey(),
            CycleKind.OldName => new PeerIdentity(PeerId.Parse(FormattableString.Invariant($"old-{number % OldNames}-{dice.Below(OldNames)}")), null),
            _ => PeerIdentity.NewName(),
        };
        var payload = Payload.NewBuffer(PayloadLength);
        new Payload(0, number, 0).Write(payload);
        if (Kind == CycleKind.Transport)
            await ByTransportAsync(identity, payload, cancellationToken);
        else
            await ByHandAsync(identity, payload, cancellationToken);
    }

    private async Task ByTransportAsync(PeerIdentity identity, byte[] payload, CancellationToken cancellationToken)
    {
        await using var transport = RelayCandidate.CreateTransport(server, identity);
        await transport.SendAsync(collector.Id, new Client.Transport.OutgoingMessage(payload), cancellationToken);
    }

    private async Task ByHandAsync(PeerIdentity identity, byte[] payload, CancellationToken cancellationToken)
    {
        await using var peer = await SilentRegistration.AtRelayAsync(server, identity, cancellationToken);
        List<OutboundMessage> messages = [new OutboundMessage { To = collector.Address, Id = MessageId.New(), Payload = payload }];

        // It expires in a mailbox nobody comes to, and then the report of that at a sender who does not come either.
        if (Kind == CycleKind.NewName)
            messages.Add(new OutboundMessage { To = FormattableString.Invariant($"nobody-{number}"), Id = MessageId.New(), Payload = payload });
        await peer.SendAsync(ValidFrames.Write(Encoding.MessagePack, ValidFrames.Call(nameof(IRelayHub.Relay), new RelayRequest { First = 1, Messages = messages })), cancellationToken);
        await IsToldAsync(peer, nameof(IRelayClient.Accepted), cancellationToken);

        // Nothing is said: disposing cuts it off.
        if (Kind == CycleKind.Abort)
            return;

        if (Kind == CycleKind.Takeover)
        {
            await using var successor = await SilentRegistration.AtRelayAsync(server, identity, cancellationToken);
            await IsToldAsync(peer, nameof(IRelayClient.Replaced), cancellationToken);
        }

        await peer.CloseAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken);
    }

    private static async Task IsToldAsync(SilentPeer peer, string callback, CancellationToken cancellationToken) => await peer
        .ReadAsync((ReadOnlySpan<byte> read, out int taken) => HubMessages.Find(read, callback, (ref _) => "", out taken), cancellationToken)
        .WaitAsync(Patience, TimeProvider.System, cancellationToken);
}
