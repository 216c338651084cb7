namespace Relay.Hub.Mailboxes;

/// <summary>What a mailbox decided, for the caller to tell the peers concerned. Reused from call to call.</summary>
internal sealed class MailboxChanges
{
    /// <summary>Messages that had to wait and are accepted now.</summary>
    public List<SendTicket> Accepted { get; } = [];

    /// <summary>Messages lost, oldest first.</summary>
    public List<(MailboxEntry Entry, LossCause Cause)> Dropped { get; } = [];

    /// <summary>Messages that came into the mailbox.</summary>
    public int Stored { get; private set; }

    /// <summary>Their payloads' bytes.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Messages that left it because their recipient has them.</summary>
    public int Settled { get; set; }

    public void Store(int payloadBytes)
    {
        Stored++;
        StoredBytes += payloadBytes;
    }

    public void Clear()
    {
        (Stored, StoredBytes, Settled) = (0, 0, 0);
        Accepted.Clear();
        Dropped.Clear();
    }
}
