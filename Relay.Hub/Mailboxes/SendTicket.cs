namespace Relay.Hub.Mailboxes;

/// <summary>Whom to tell, and under which number, once a waiting message is accepted.</summary>
internal readonly record struct SendTicket(ISender Sender, long Number);

/// <summary>A sender's connection, as a mailbox sees it.</summary>
internal interface ISender
{
    /// <summary>Charges a message that cannot be accepted yet to the sender's window.</summary>
    /// <returns><see cref="AppendOutcome.Waiting"/>, or why not: a window is full, or the connection has ended and nobody waits for an answer.</returns>
    AppendOutcome TryWait(int payloadBytes);

    /// <summary>Gives the charge back.</summary>
    void EndWait(int payloadBytes);
}
