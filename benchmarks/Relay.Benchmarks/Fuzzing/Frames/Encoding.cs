namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Which of SignalR's hub protocols a connection speaks.</summary>
internal enum Encoding
{
    MessagePack,
    Json,
}
