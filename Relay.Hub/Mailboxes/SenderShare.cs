using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>What one sender has in one mailbox, and whether it has a certain message there.</summary>
/// <remarks>
/// A sender that lost the answer to a message sends it again, and nothing is held twice. Ids that only go up, as
/// <see cref="MessageId.New"/> makes them, need no index for that: one above the newest is not here. The first id that is
/// not above it builds the index, from what is held, and the index goes with the last message.
/// </remarks>
internal sealed class SenderShare(PeerId sender)
{
    private MessageId _newest;
    private HashSet<MessageId>? _ids;

    public PeerId Sender => sender;

    public int Count { get; private set; }

    /// <summary>Payload bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>What it costs, bookkeeping included.</summary>
    public long Cost => Bytes + ((long)Count * MailboxEntry.Overhead);

    // While the mailbox' owner is away: whose it is, and the sender's other shares of that kind. These four are guarded by SenderTotals' lock.

    public IMailboxOwner? Owner { get; set; }

    public SenderTotal? Total { get; set; }

    public SenderShare? Before { get; set; }

    public SenderShare? After { get; set; }

    public bool Holds(MessageId id, in Fifo<HeldMessage> held)
    {
        if (Count == 0 || id.CompareTo(_newest) > 0)
            return false;

        if (_ids is null)
        {
            _ids = new HashSet<MessageId>(Count);
            for (var i = 0; i < held.Count; i++)
            {
                if (ReferenceEquals(held[i].Share, this))
                    _ids.Add(held[i].Id);
            }
        }

        return _ids.Contains(id);
    }

    public void Add(MessageId id, int bytes)
    {
        if (id.CompareTo(_newest) > 0)
            _newest = id;
        _ids?.Add(id);
        Count++;
        Bytes += bytes;
    }

    public void Remove(MessageId id, int bytes)
    {
        Bytes -= bytes;
        if (--Count == 0)
            (_newest, _ids) = (default, null);
        else
            _ids?.Remove(id);
    }
}
