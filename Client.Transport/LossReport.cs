using Relay.Contracts;

namespace Client.Transport;

/// <summary>Whose messages were lost.</summary>
public enum LossDirection
{
    /// <summary>Messages this side sent.</summary>
    Sent = 0,

    /// <summary>Messages for this side.</summary>
    Received = 1,
}

/// <summary>Why they were lost.</summary>
public enum LossReason
{
    /// <summary>The relay lost them; it did not say why.</summary>
    Unknown = 0,

    /// <summary>The recipient's mailbox at the relay was full while it was away; of the sender that had the most in it, these were the oldest.</summary>
    Evicted = 1,

    /// <summary>The recipient did not fetch them from the relay in time.</summary>
    Expired = 2,

    /// <summary>This process' pending queue was full; these were the oldest and never left.</summary>
    PendingQueueFull = 3,

    /// <summary>The relay restarted and forgot what it held. The messages sent and not yet known to have arrived should be sent again.</summary>
    RelayRestarted = 4,

    /// <summary>A pending message was refused when it was sent at last.</summary>
    Refused = 5,

    /// <summary>The transport that held them was disposed, and nothing keeps them beyond it.</summary>
    Disposed = 6,

    /// <summary>
    /// An earlier attempt to send them had no answer, and when they were sent again the recipient had later ones already. Both sides are told which. The recipient may
    /// have counted them as <see cref="Unknown"/> before, when the first copies were lost; or an earlier program of its may have taken one.
    /// </summary>
    Late = 7,
}

/// <summary>Messages that were accepted and then lost.</summary>
/// <param name="Direction">Whether this side had sent them or was to receive them.</param>
/// <param name="Reason">Why.</param>
/// <param name="Peer">The other side: the recipient of sent messages, or the sender of those that came too late; null where it is not known.</param>
/// <param name="Ids">The lost messages where they are known; else empty.</param>
/// <param name="Count">How many were lost; 0 where that is not known.</param>
public sealed record LossReport(LossDirection Direction, LossReason Reason, PeerId? Peer, IReadOnlyList<MessageId> Ids, long Count);
