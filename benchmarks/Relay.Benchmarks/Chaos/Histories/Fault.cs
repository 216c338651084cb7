namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>One broken promise.</summary>
/// <param name="Message">About which message; null if that cannot be told.</param>
/// <param name="Peer">Whose history shows it.</param>
internal sealed record Fault(FaultKind Kind, SentMessage? Message, int Peer)
{
    public override string ToString() => $"{Kind}, seen by {Peer}: {Message?.ToString() ?? "a message nobody can name"}";
}
