using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Frames as they should be, made by the protocol's own classes: what all others are made from.</summary>
internal sealed class ValidFrames
{
    private static readonly MessagePackHubProtocol Binary = new();
    private static readonly JsonHubProtocol Text = new();

    /// <param name="encoding">How they are written.</param>
    /// <param name="messages">What they say.</param>
    public ValidFrames(Encoding encoding, IEnumerable<HubMessage> messages) =>
        (Encoding, All) = (encoding, [.. messages.Select(message => new ValidFrame(encoding, Write(encoding, message)))]);

    public Encoding Encoding { get; }

    public IReadOnlyList<ValidFrame> All { get; }

    /// <summary>What a client may say once it is registered, and what it may not say again.</summary>
    /// <param name="epoch">The relay's, so that acknowledgements mean something.</param>
    /// <param name="recipients">PeerIds to send to.</param>
    public static ValidFrames OfClient(Encoding encoding, string epoch, IReadOnlyList<string> recipients) => new(encoding,
    [
        Call(nameof(IRelayHub.Register), new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = "fuzz", Epoch = epoch, Sequence = 3 }),
        Call(nameof(IRelayHub.Register), new RegisterRequest
        {
            ProtocolVersion = RelayProtocol.Version,
            PeerId = "tc1m60dkltm0hqmf56mv8pweep4xulcxs7gtduxwnddl3lpgmug9d8s9ynjk9",
            Audience = "http://127.0.0.1",
            Nonce = new byte[RegistrationProof.NonceLength],
            Proof = new byte[32],
        }),
        .. recipients.Select((recipient, i) => Call(nameof(IRelayHub.Relay), new RelayRequest { First = 1 + i, Messages = [Message(recipient, 16)] })),
        Call(nameof(IRelayHub.Relay), new RelayRequest { First = 100, Messages = [.. recipients.Select((recipient, i) => Message(recipient, i * 40))] }),
        Call(nameof(IRelayHub.Acknowledge), new Acknowledgement { Epoch = epoch, Sequence = 1 }),
        Call(nameof(IRelayHub.Acknowledge), new Acknowledgement { Epoch = epoch, Sequence = 5, Report = 1 }),
    ]);

    /// <summary>A call with one argument, as all of ours are.</summary>
    public static InvocationMessage Call(string method, object? argument) => new(method, [argument]);

    public static byte[] Write(Encoding encoding, HubMessage message)
    {
        IHubProtocol protocol = encoding == Encoding.Json ? Text : Binary;
        return protocol.GetMessageBytes(message).ToArray();
    }

    private static OutboundMessage Message(string to, int length) => new() { To = to, Id = MessageId.New(), Payload = new byte[length] };
}
