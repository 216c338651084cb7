using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>What a mailbox decided, for the caller to tell the peers concerned. Reused from call to call.</summary>
internal sealed class MailboxChanges
{
    /// <summary>Messages that had to wait and are accepted now.</summary>
    public List<SendTicket> Accepted { get; } = [];

    /// <summary>Messages lost, oldest first.</summary>
    public List<(MailboxEntry Entry, DropReason Reason)> Dropped { get; } = [];

    public void Clear()
    {
        Accepted.Clear();
        Dropped.Clear();
    }
}
