namespace Relay.Contracts.Tests.Wire;

/// <summary>One message for each method and callback, every value set, so that each shows in the golden bytes.</summary>
internal static class Samples
{
    private static readonly byte[] OneId = Convert.FromHexString("00112233445566778899AABBCCDDEEFF");
    private static readonly byte[] AnotherId = Convert.FromHexString("0192F0C1A2B37C4D8E5F60718293A4B5");

    private static readonly byte[] AnyBytes = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)];
    private static readonly byte[] Nonce = [.. Enumerable.Range(0xA0, 32).Select(i => (byte)i)];

    public static IReadOnlyDictionary<string, object> ByMethod { get; } = new Dictionary<string, object>
    {
        [nameof(IRelayHub.Register)] = new RegisterRequest
        {
            ProtocolVersion = 1,
            PeerId = "tc1m60dkltm0hqmf56mv8pweep4xulcxs7gtduxwnddl3lpgmug9d8s9ynjk9",
            Epoch = "5f2c",
            Sequence = 7,
            Audience = "https://relay.example.com",
            Nonce = Nonce,
            Proof = AnyBytes,
        },
        [nameof(IRelayHub.Relay)] = new RelayRequest
        {
            First = 300,
            Messages =
            [
                new OutboundMessage { To = "bob", Id = new MessageId(new Guid(OneId, bigEndian: true)), Payload = new byte[] { 1, 2, 3 } },
                new OutboundMessage { To = "carol", Id = new MessageId(new Guid(AnotherId, bigEndian: true)), Payload = Array.Empty<byte>(), Repeat = true },
            ],
        },
        [nameof(IRelayHub.Acknowledge)] = new Acknowledgement { Epoch = "5f2c", Sequence = 70_000, Report = 2, Late = [new() { From = 69_000, To = 69_003 }] },
        [nameof(IRelayClient.Challenge)] = new Challenge { ProtocolVersion = 1, Key = AnyBytes, Nonce = Nonce, Epoch = "5f2c" },
        [nameof(IRelayClient.Registered)] = new Registered
        {
            ProtocolVersion = 1,
            Epoch = "5f2c",
            Sequence = 7,
            Limits = new RelayLimits
            {
                MaxPayloadBytes = 65_536,
                SendWindowMessages = 256,
                SendWindowBytes = 1_048_576,
                MaxBatchMessages = 128,
                MaxBatchBytes = 131_072,
                DeliveryWindowMessages = 255,
                DeliveryWindowBytes = 1_048_575,
                SenderMessagesPerSecond = 5000,
                SenderBytesPerSecond = 5_000_000_000,
            },
        },
        [nameof(IRelayClient.Accepted)] = new Accepted { Ranges = [new() { From = 1, To = 3 }, new() { From = 5, To = 5_000_000_000 }] },
        [nameof(IRelayClient.Queued)] = new Queued { Ranges = [new() { From = 4, To = 4 }] },
        [nameof(IRelayClient.Error)] = new RelayError
        {
            Code = (int)ErrorCode.PayloadTooLarge,
            Message = "payload too large: \"ä\" <9>",
            Number = 6,
            RetryAfterMilliseconds = 30_000,
        },
        [nameof(IRelayClient.Deliver)] = new Delivery
        {
            First = 8,
            Messages =
            [
                new DeliveredMessage { From = "alice", Id = new MessageId(new Guid(OneId, bigEndian: true)), Payload = new byte[] { 0, 255 } },
                new DeliveredMessage { From = "alice", Id = new MessageId(new Guid(AnotherId, bigEndian: true)), Payload = new byte[] { 7 }, Repeat = true },
            ],
        },
        [nameof(IRelayClient.Dropped)] = new Dropped { Report = 3, To = "bob", Ids = [OneId, AnotherId], Count = 2, Reason = (int)DropReason.Expired },
        [nameof(IRelayClient.Missed)] = new Missed { Count = 2, Sequence = 9 },
        [nameof(IRelayClient.Replaced)] = new Replaced(),
        [nameof(IRelayClient.Draining)] = new Draining(),
    };

    public static TheoryData<string> Methods => [.. ByMethod.Keys];
}
