using Relay.Contracts;

namespace TestKit;

/// <summary>A registration of which a test changes one value: <c>ForgedRegistration.Of(request) with { Sequence = 8 }</c>.</summary>
public sealed record ForgedRegistration
{
    public int ProtocolVersion { get; init; }

    public string? PeerId { get; init; }

    public string? Epoch { get; init; }

    public long Sequence { get; init; }

    public string? Audience { get; init; }

    public byte[] Nonce { get; init; } = [];

    public byte[] Proof { get; init; } = [];

    public static ForgedRegistration Of(RegisterRequest request) => new()
    {
        ProtocolVersion = request.ProtocolVersion,
        PeerId = request.PeerId,
        Epoch = request.Epoch,
        Sequence = request.Sequence,
        Audience = request.Audience,
        Nonce = request.Nonce.ToArray(),
        Proof = request.Proof.ToArray(),
    };

    public RegisterRequest ToRequest() => new()
    {
        ProtocolVersion = ProtocolVersion,
        PeerId = PeerId,
        Epoch = Epoch,
        Sequence = Sequence,
        Audience = Audience,
        Nonce = Nonce,
        Proof = Proof,
    };
}
