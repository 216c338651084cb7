using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>What came in.</summary>
/// <param name="From">The sender's address, as the server attests it; null where servers do not.</param>
internal readonly record struct Arrival(string? From, MessageId Id, ReadOnlyMemory<byte> Payload);
