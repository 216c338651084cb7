using System.Text.Json.Serialization;
using MessagePack;
using Relay.Contracts.Formatting;

namespace Relay.Contracts;

/// <summary>The argument of <see cref="IRelayClient.Challenge"/>. Good for one <see cref="IRelayHub.Register"/> on this connection.</summary>
[MessagePackObject]
public sealed class Challenge
{
    /// <summary>The version the relay speaks on this connection.</summary>
    [Key(0)]
    public int ProtocolVersion { get; init; }

    /// <summary>An X25519 public key of 32 bytes, made for this connection.</summary>
    [Key(1)]
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>32 random bytes, made for this connection.</summary>
    [Key(2)]
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>The relay's epoch; see <see cref="Registered.Epoch"/>.</summary>
    [Key(3)]
    public string Epoch { get; init; } = "";
}

/// <summary>The argument of <see cref="IRelayClient.Registered"/>.</summary>
[MessagePackObject]
public sealed class Registered
{
    /// <summary>The version the relay speaks on this connection.</summary>
    [Key(0)]
    public int ProtocolVersion { get; init; }

    /// <summary>
    /// Opaque, compared for equality only. A new one means the relay lost its memory: positions start afresh, and what
    /// was accepted but not seen delivered must be sent again.
    /// </summary>
    [Key(1)]
    public string Epoch { get; init; } = "";

    /// <summary>The relay counts everything up to this position as acknowledged; deliveries start behind it.</summary>
    [Key(2)]
    public long Sequence { get; init; }

    [Key(3)]
    public RelayLimits Limits { get; init; } = new();
}

/// <summary>What this relay asks its clients to keep to. Published at registration, because operators may change it.</summary>
[MessagePackObject]
public sealed class RelayLimits
{
    [Key(0)]
    public int MaxPayloadBytes { get; init; }

    /// <summary>How many messages a client may have handed over without an answer.</summary>
    [Key(1)]
    public int SendWindowMessages { get; init; }

    /// <summary>How many bytes of payload those may have together. A single message may always be sent.</summary>
    [Key(2)]
    public int SendWindowBytes { get; init; }

    /// <summary>How many messages one <see cref="RelayRequest"/> may hold.</summary>
    [Key(3)]
    public int MaxBatchMessages { get; init; }

    /// <summary>How many bytes of payload one <see cref="RelayRequest"/> may hold. A single message may always be sent.</summary>
    [Key(4)]
    public int MaxBatchBytes { get; init; }

    /// <summary>How many messages the relay delivers without an acknowledgement before it waits for one.</summary>
    [Key(5)]
    public int DeliveryWindowMessages { get; init; }

    /// <summary>How many bytes of payload those have together. A single message may always come.</summary>
    [Key(6)]
    public int DeliveryWindowBytes { get; init; }

    /// <summary>How many messages the relay takes from this peer in a second; as many may come at once. 0: it does not say.</summary>
    [Key(7)]
    public int SenderMessagesPerSecond { get; init; }

    /// <summary>How many bytes of payload the relay takes from this peer in a second; as many may come at once. 0: it does not say.</summary>
    [Key(8)]
    public long SenderBytesPerSecond { get; init; }
}

/// <summary>The numbers of one or more messages, or their positions, both ends included.</summary>
[MessagePackObject]
public sealed class NumberRange
{
    [Key(0)]
    public long From { get; init; }

    [Key(1)]
    public long To { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Accepted"/>.</summary>
[MessagePackObject]
public sealed class Accepted
{
    [Key(0)]
    public IReadOnlyList<NumberRange>? Ranges { get; init; }

    /// <summary>
    /// The relay has read every message up to this number. It says so when some of them wait for a slow recipient and so have no
    /// answer yet; 0 when the answers alone tell.
    /// </summary>
    [Key(1)]
    public long Read { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Queued"/>.</summary>
[MessagePackObject]
public sealed class Queued
{
    [Key(0)]
    public IReadOnlyList<NumberRange>? Ranges { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Error"/>.</summary>
[MessagePackObject]
public sealed class RelayError
{
    /// <summary>An <see cref="ErrorCode"/>. A number on the wire, so that a client survives a code it does not know.</summary>
    [Key(0)]
    public int Code { get; init; }

    /// <summary>For people: what happened, the setting and its value, what to do.</summary>
    [Key(1)]
    public string Message { get; init; } = "";

    /// <summary>The message that was refused, by the number from its <see cref="RelayRequest"/>; 0 when it is not about one message.</summary>
    [Key(2)]
    public long Number { get; init; }

    /// <summary>How long to wait before trying the same again, in milliseconds; 0 where waiting changes nothing or the relay cannot say.</summary>
    [Key(3)]
    public int RetryAfterMilliseconds { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Deliver"/>.</summary>
[MessagePackObject]
[MessagePackFormatter(typeof(DeliveryFormatter))]
public sealed class Delivery
{
    /// <summary>The position of the first message; the others follow it without a gap.</summary>
    [Key(0)]
    public long First { get; init; }

    [Key(1)]
    public IReadOnlyList<DeliveredMessage>? Messages { get; init; }
}

/// <summary>One message on its way from the relay.</summary>
[MessagePackObject]
public readonly record struct DeliveredMessage
{
    /// <summary>The PeerId the sender registered. The relay writes it; nothing a sender says can change it.</summary>
    [Key(0)]
    public string? From { get; init; }

    /// <summary>The sender's id of the message, 16 bytes. The same (sender, id) may come again and is then to be dropped.</summary>
    [Key(1)]
    public MessageId Id { get; init; }

    [Key(2)]
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>As the sender said: <see cref="OutboundMessage.Repeat"/>. If it is new here and the sender's later messages are not, it comes too late: <see cref="Acknowledgement.Late"/>.</summary>
    [Key(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repeat { get; init; }

    // Neither a PeerId nor a payload must reach a log through a record's generated text.
    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}

/// <summary>The argument of <see cref="IRelayClient.Dropped"/>.</summary>
[MessagePackObject]
public sealed class Dropped
{
    /// <summary>Counts up; send it back in <see cref="Acknowledgement.Report"/>.</summary>
    [Key(0)]
    public long Report { get; init; }

    /// <summary>The PeerId of the recipient the messages were for; empty when <see cref="Ids"/> is.</summary>
    [Key(1)]
    public string To { get; init; } = "";

    /// <summary>The lost messages. Empty when the relay could not keep more ids; then only <see cref="Count"/> is known.</summary>
    [Key(2)]
    public IReadOnlyList<ReadOnlyMemory<byte>>? Ids { get; init; }

    [Key(3)]
    public long Count { get; init; }

    /// <summary>A <see cref="DropReason"/>.</summary>
    [Key(4)]
    public int Reason { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Missed"/>.</summary>
[MessagePackObject]
public sealed class Missed
{
    /// <summary>How many messages were lost.</summary>
    [Key(0)]
    public long Count { get; init; }

    /// <summary>The position of the last lost message. Acknowledging it settles this report.</summary>
    [Key(1)]
    public long Sequence { get; init; }
}

/// <summary>The argument of <see cref="IRelayClient.Replaced"/>. Empty for now; later versions may add to it.</summary>
[MessagePackObject]
public sealed class Replaced;

/// <summary>The argument of <see cref="IRelayClient.Draining"/>. Empty for now; later versions may add to it.</summary>
[MessagePackObject]
public sealed class Draining;
