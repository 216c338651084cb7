namespace Relay.Contracts;

/// <summary>Why an accepted message was lost. Numbers are part of the protocol and never used again.</summary>
public enum DropReason
{
    /// <summary>No reason was given. Never sent.</summary>
    None = 0,

    /// <summary>The recipient was away, and its mailbox or all of them together were full: this was an old message of the sender that had the most in there.</summary>
    /// <remarks>The relay's settings are <c>Relay:MailboxMessages</c> and <c>Relay:MailboxesBytes</c>, and for a recipient that was never there <c>Relay:StrangerMailboxBytes</c>.</remarks>
    Evicted = 1,

    /// <summary>The recipient did not fetch it within the mailbox's time to live, <c>Relay:MailboxTimeToLive</c>.</summary>
    Expired = 2,

    /// <summary>It was sent again after a connection had broken, and came to its recipient behind what was sent after it: the first copy had been lost or refused, and its sender could not be told.</summary>
    Late = 3,
}
