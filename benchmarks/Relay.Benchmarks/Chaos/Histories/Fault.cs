namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>One broken promise.</summary>
/// <param name="Message">About which message; null if that cannot be told.</param>
/// <param name="Peer">Whose history shows it.</param>
/// <param name="At">When it came, as a timestamp; null if it did not.</param>
/// <param name="Behind">What came before it and should not have.</param>
internal sealed record Fault(FaultKind Kind, SentMessage? Message, int Peer, long? At = null, SentMessage? Behind = null)
{
    public override string ToString() => $"{Kind}, seen by {Peer}: {Message?.ToString() ?? "a message nobody can name"}";
}
