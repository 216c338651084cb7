namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Bytes as they go into a connection, from its length to its last byte.</summary>
/// <param name="BreaksFraming">Whether what follows on the connection cannot be told from it any more.</param>
internal readonly record struct Frame(Kind Kind, byte[] Bytes, bool BreaksFraming = false);
