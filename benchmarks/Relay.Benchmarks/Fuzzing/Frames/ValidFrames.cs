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
    /// <param name="crowd">Makes a call of so many things with so many bytes each.</param>
    private ValidFrames(Encoding encoding, IEnumerable<HubMessage> messages, Func<Dice, int, int, InvocationMessage> crowd) =>
        (Encoding, All, Crowd) = (encoding, [.. messages.Select(message => new ValidFrame(encoding, Write(encoding, message)))], crowd);

    public Encoding Encoding { get; }

    public IReadOnlyList<ValidFrame> All { get; }

    /// <summary>A call of so many things with so many bytes each.</summary>
    public Func<Dice, int, int, InvocationMessage> Crowd { get; }

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
        Call(nameof(IRelayHub.Relay), new RelayRequest { First = 200, Messages = [.. recipients.Select(recipient => Message(recipient, 8) with { Repeat = true })] }),
        Call(nameof(IRelayHub.Acknowledge), new Acknowledgement
        {
            Epoch = epoch,
            Sequence = 6,
            Late = [new NumberRange { From = 2, To = 3 }, new NumberRange { From = 6, To = 5 }, new NumberRange { From = -1, To = long.MaxValue }],
        }),
    ],
    (dice, count, length) => dice.OneIn(4)
        ? Call(nameof(IRelayHub.Acknowledge), new Acknowledgement
        {
            Epoch = epoch,
            Sequence = dice.Edge(),
            Late = [.. Enumerable.Range(0, count).Select(_ => new NumberRange { From = dice.Edge(), To = dice.Edge() })],
        })
        : Call(nameof(IRelayHub.Relay), new RelayRequest
        {
            First = 1,
            Messages = [.. Enumerable.Range(0, count).Select(_ => new OutboundMessage { To = "fuzz-0", Id = dice.OneIn(2) ? MessageId.New() : default, Payload = new byte[length] })],
        }));

    /// <summary>What a relay may say once a client has registered, and what it may not say again.</summary>
    public static ValidFrames OfRelay(string epoch) => new(Encoding.MessagePack,
    [
        Call(nameof(IRelayClient.Challenge), new Challenge { ProtocolVersion = 1, Key = new byte[32], Nonce = new byte[32], Epoch = epoch }),
        Call(nameof(IRelayClient.Registered), new Registered { ProtocolVersion = 1, Epoch = epoch, Sequence = 3, Limits = Limits }),
        Call(nameof(IRelayClient.Accepted), new Accepted { Ranges = [new NumberRange { From = 1, To = 2 }], Read = 2 }),
        Call(nameof(IRelayClient.Accepted), new Accepted { Ranges = [new NumberRange { From = 1, To = long.MaxValue }, new NumberRange { From = 7, To = 9 }] }),
        Call(nameof(IRelayClient.Queued), new Queued { Ranges = [new NumberRange { From = 3, To = 4 }, new NumberRange { From = 9, To = 5 }] }),
        Call(nameof(IRelayClient.Error), new RelayError { Code = 4, Message = "refused", Number = 5, RetryAfterMilliseconds = 20 }),
        Call(nameof(IRelayClient.Error), new RelayError { Code = 8, Message = "too fast", Number = 6, RetryAfterMilliseconds = 1 }),
        Call(nameof(IRelayClient.Deliver), new Delivery { First = 1, Messages = [Delivered("alice"), Delivered("bob"), Delivered("nobody at all!")] }),
        Call(nameof(IRelayClient.Deliver), new Delivery { First = 4, Messages = [Delivered("alice"), OfOld("alice"), Delivered("bob"), OfOld("bob")] }),
        Call(nameof(IRelayClient.Deliver), new Delivery { First = 40, Messages = [Delivered("tc1m60dkltm0hqmf56mv8pweep4xulcxs7gtduxwnddl3lpgmug9d8s9ynjk9")] }),
        Call(nameof(IRelayClient.Deliver), new Delivery { First = long.MaxValue, Messages = [Delivered("alice"), Delivered("bob")] }),
        Call(nameof(IRelayClient.Dropped), new Dropped { Report = 1, To = "alice", Ids = [MessageId.New().ToBytes(), new byte[3]], Count = 2, Reason = 1 }),
        Call(nameof(IRelayClient.Missed), new Missed { Count = 3, Sequence = 12 }),
        Call(nameof(IRelayClient.Draining), new Draining()),
    ],
    (dice, count, length) => dice.OneIn(2)
        ? Call(nameof(IRelayClient.Deliver), new Delivery
        {
            First = 1,
            Messages = [.. Enumerable.Range(0, count).Select(_ => new DeliveredMessage { From = "alice", Id = MessageId.New(), Payload = new byte[length] })],
        })
        : Call(nameof(IRelayClient.Dropped), new Dropped
        {
            Report = 2,
            To = "alice",
            Ids = [.. Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<byte>)new byte[length > 0 ? length : dice.Below(20)])],
            Count = dice.Edge(),
        }));

    /// <summary>What a relay publishes by default.</summary>
    public static RelayLimits Limits { get; } = new()
    {
        MaxPayloadBytes = 65_536,
        SendWindowMessages = 256,
        SendWindowBytes = 1 << 20,
        MaxBatchMessages = 128,
        MaxBatchBytes = 128 << 10,
        DeliveryWindowMessages = 256,
        DeliveryWindowBytes = 1 << 20,
    };

    /// <summary>A call with one argument, as all of ours are.</summary>
    public static InvocationMessage Call(string method, object? argument) => new(method, [argument]);

    public static byte[] Write(Encoding encoding, HubMessage message)
    {
        IHubProtocol protocol = encoding == Encoding.Json ? Text : Binary;
        return protocol.GetMessageBytes(message).ToArray();
    }

    // Below what everybody else has, and a repeat: it comes too late.
    private static DeliveredMessage OfOld(string from) => new() { From = from, Id = new MessageId(new Guid(1, 0, 0, new byte[8])), Payload = new byte[20], Repeat = true };

    private static DeliveredMessage Delivered(string from) => new() { From = from, Id = MessageId.New(), Payload = new byte[20] };

    private static OutboundMessage Message(string to, int length) => new() { To = to, Id = MessageId.New(), Payload = new byte[length] };
}
