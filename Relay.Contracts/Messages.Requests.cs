using System.Text.Json.Serialization;
using MessagePack;
using Relay.Contracts.Formatting;

namespace Relay.Contracts;

// Wire messages hold what came off the wire, unvalidated: plain strings, bytes and numbers. The reader turns them into
// PeerId and MessageId, and so can answer a malformed value with an Error instead of a failed binding.

/// <summary>The argument of <see cref="IRelayHub.Register"/>.</summary>
[MessagePackObject]
public sealed class RegisterRequest
{
    /// <summary>The version of <c>docs/protocol.md</c> the client speaks: <see cref="RelayProtocol.Version"/>.</summary>
    [Key(0)]
    public int ProtocolVersion { get; init; }

    [Key(1)]
    public string? PeerId { get; init; }

    /// <summary>The epoch of <see cref="Sequence"/>, or null when the client resumes nothing.</summary>
    [Key(2)]
    public string? Epoch { get; init; }

    /// <summary>The last position the client's application has taken; counts as an acknowledgement if the epoch is the relay's.</summary>
    [Key(3)]
    public long Sequence { get; init; }

    /// <summary>The origin the client has dialled, as <see cref="Contracts.Audience"/> writes it. With this and what follows, a PeerId that is a key is proven.</summary>
    [Key(4)]
    public string? Audience { get; init; }

    /// <summary>32 random bytes of the client's, made for this connection.</summary>
    [Key(5)]
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>See <see cref="RegistrationProof"/>. Empty for a name, which cannot be proven; one that is there all the same is ignored.</summary>
    [Key(6)]
    public ReadOnlyMemory<byte> Proof { get; init; }
}

/// <summary>The argument of <see cref="IRelayHub.Relay"/>.</summary>
[MessagePackObject]
[MessagePackFormatter(typeof(RelayRequestFormatter))]
public sealed class RelayRequest
{
    /// <summary>
    /// The number of the first message; the others count up from it. Numbers are the client's own, at least 1, valid on
    /// this connection only, and never used twice on it.
    /// </summary>
    [Key(0)]
    public long First { get; init; }

    [Key(1)]
    public IReadOnlyList<OutboundMessage>? Messages { get; init; }
}

/// <summary>One message on its way to the relay.</summary>
[MessagePackObject]
public readonly record struct OutboundMessage
{
    /// <summary>The PeerId of the recipient, in text.</summary>
    [Key(0)]
    public string? To { get; init; }

    /// <summary>16 bytes, chosen before the first attempt and kept on every retry. Whatever else came off the wire is the default, which is none.</summary>
    [Key(1)]
    public MessageId Id { get; init; }

    /// <summary>Encrypted bytes, at most <see cref="RelayLimits.MaxPayloadBytes"/>; handed on bit for bit.</summary>
    [Key(2)]
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether an earlier attempt had no answer, so that the message may have been taken before, and lost. Left out on the wire where it is false.</summary>
    [Key(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repeat { get; init; }

    // Neither a PeerId nor a payload must reach a log through a record's generated text.
    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}

/// <summary>The argument of <see cref="IRelayHub.Acknowledge"/>. Both figures are cumulative; an older one changes nothing.</summary>
[MessagePackObject]
public sealed class Acknowledgement
{
    /// <summary>The epoch from <see cref="Registered.Epoch"/>. With any other the acknowledgement changes nothing.</summary>
    [Key(0)]
    public string? Epoch { get; init; }

    /// <summary>Everything up to this position has been taken by the application. 0: nothing yet.</summary>
    [Key(1)]
    public long Sequence { get; init; }

    /// <summary>Every <see cref="Dropped"/> up to this <see cref="Dropped.Report"/> has been taken. 0: none yet.</summary>
    [Key(2)]
    public long Report { get; init; }

    /// <summary>
    /// Of the positions this acknowledges for the first time, those the application did not get because they came too late: repeats, behind what was sent after them.
    /// Ascending. The relay reports them to their senders as <see cref="DropReason.Late"/>.
    /// </summary>
    [Key(3)]
    public IReadOnlyList<NumberRange>? Late { get; init; }
}
