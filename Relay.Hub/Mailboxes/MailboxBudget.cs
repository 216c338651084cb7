namespace Relay.Hub.Mailboxes;

/// <summary>The bytes all mailboxes may hold together. Any thread.</summary>
internal sealed class MailboxBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>How much too much would be held with so many bytes more; not above 0 if they fit.</summary>
    public long Missing(long bytes) => Used + bytes - limit;

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>For what must be there even over the limit: a peer that is connected, or to whom a loss is to be reported.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
