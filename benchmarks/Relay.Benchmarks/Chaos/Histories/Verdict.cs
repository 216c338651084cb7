using Client.Transport;

namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>What a history comes to.</summary>
internal sealed record Verdict
{
    public required IReadOnlyList<Fault> Faults { get; init; }

    public required int Sent { get; init; }

    public required int Accepted { get; init; }

    /// <summary>Accepted or not: sends whose answer was lost arrive too.</summary>
    public required int Delivered { get; init; }

    public required int Refused { get; init; }

    public required int GivenUp { get; init; }

    /// <summary>Accepted messages that did not arrive, by what their senders were told: by the reports that name them.</summary>
    public required IReadOnlyDictionary<LossReason, int> ReportedLost { get; init; }

    /// <summary>Messages that a peer's next transport brought again, as it must, and the application dropped.</summary>
    public required int RepeatedAfterTakeover { get; init; }

    /// <summary>From the hand-over to the recipient's application, of each message that arrived, ascending.</summary>
    public required IReadOnlyList<TimeSpan> Latencies { get; init; }

    public int Count(FaultKind kind) => Faults.Count(fault => fault.Kind == kind);
}
