namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>How a promise can be broken.</summary>
internal enum FaultKind
{
    /// <summary>Accepted, never arrived, and nobody was told.</summary>
    Lost,

    /// <summary>It came twice by the same transport.</summary>
    Duplicated,

    /// <summary>It came behind one that was sent after it.</summary>
    Reordered,

    /// <summary>Its sender or its bytes are others, it came to somebody else, or nobody had sent it.</summary>
    Changed,

    /// <summary>Accepted and lost, and its sender was not told.</summary>
    UnreportedToSender,

    /// <summary>Accepted and lost, and its recipient was not told.</summary>
    UnreportedToRecipient,

    /// <summary>Its recipient was told of more losses than there are.</summary>
    Overreported,

    /// <summary>Its sender was told nothing at all.</summary>
    Unanswered,
}
