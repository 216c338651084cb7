namespace Relay.Hub.Mailboxes;

/// <summary>What became of a message at its mailbox.</summary>
internal enum AppendOutcome
{
    /// <summary>Accepted; the recipient is connected.</summary>
    Accepted,

    /// <summary>Accepted; the recipient is away.</summary>
    Queued,

    /// <summary>The mailbox is full and its recipient slow: the sender's ticket says when it was accepted.</summary>
    Waiting,

    /// <summary>Refused: the sender has as many messages waiting as it may.</summary>
    SendWindowMessagesExceeded,

    /// <summary>Refused: the sender has as many bytes waiting as it may.</summary>
    SendWindowBytesExceeded,

    /// <summary>Refused: the relay holds as many bytes as it may.</summary>
    BudgetExceeded,

    /// <summary>Refused: the recipient never registered, and its mailbox holds as much as such a one may.</summary>
    StrangerMailboxFull,

    /// <summary>Refused: the recipient never registered, and the sender has as much as it may with such recipients.</summary>
    StrangerQuotaExceeded,

    /// <summary>Refused: the sender's connection is over, and nobody waits for the answer.</summary>
    SenderEnded,

    /// <summary>The peer object is on its way out of the directory: look it up again.</summary>
    Retired,
}
