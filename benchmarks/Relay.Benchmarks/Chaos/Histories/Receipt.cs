namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>A message came to a peer's application.</summary>
/// <param name="Message">Which; null if nobody had sent it.</param>
/// <param name="Life">By which of the peer's transports, counted from 1.</param>
/// <param name="IsIntact">Whether sender and payload are what they were.</param>
/// <param name="At">A timestamp.</param>
internal readonly record struct Receipt(SentMessage? Message, int Life, bool IsIntact, long At);
