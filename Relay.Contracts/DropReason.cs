namespace Relay.Contracts;

/// <summary>Why an accepted message was lost. Numbers are part of the protocol and never used again.</summary>
public enum DropReason
{
    /// <summary>No reason was given. Never sent.</summary>
    None = 0,

    /// <summary>The recipient's mailbox was full while it was away, and this message was the oldest of the sender that had the most in it.</summary>
    Evicted = 1,

    /// <summary>The recipient did not fetch it within the mailbox's time to live.</summary>
    Expired = 2,
}
