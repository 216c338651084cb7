namespace Relay.Hub.Mailboxes;

/// <summary>The bytes all mailboxes may hold together, or all reports of losses. Any thread.</summary>
internal sealed class MailboxBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether more than half is used: what can be forgotten without a loss to anybody known should be.</summary>
    public bool IsTight => Used > limit / 2;

    /// <summary>How much too much would be held with so many bytes more; not above 0 if they fit.</summary>
    public long Missing(long bytes) => Used + bytes - limit;

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>For what must be kept even over the limit, because losing it would be silent: a peer to whom losses are to be reported.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
