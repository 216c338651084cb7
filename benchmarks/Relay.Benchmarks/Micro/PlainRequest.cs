using MessagePack;

namespace Relay.Benchmarks.Micro;

/// <summary>A <see cref="Contracts.RelayRequest"/> as MessagePack reads and writes it by itself, from its attributes: the same bytes.</summary>
[MessagePackObject]
public sealed class PlainRequest
{
    [Key(0)]
    public long First { get; init; }

    [Key(1)]
    public IReadOnlyList<PlainMessage>? Messages { get; init; }
}

/// <summary>One of its messages.</summary>
[MessagePackObject]
public sealed class PlainMessage
{
    [Key(0)]
    public string? To { get; init; }

    [Key(1)]
    public ReadOnlyMemory<byte> Id { get; init; }

    [Key(2)]
    public ReadOnlyMemory<byte> Payload { get; init; }
}
