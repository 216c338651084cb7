using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>What one sender has in all mailboxes whose owners are away. The lock of <see cref="SenderTotals"/> guards it.</summary>
internal sealed class SenderTotal
{
    public SenderTotal(PeerId sender) => (Sender, Place) = (sender, new LinkedListNode<SenderTotal>(this));

    public PeerId Sender { get; }

    /// <summary>Bookkeeping included.</summary>
    public long Bytes { get; set; }

    /// <summary>Those of them that are for PeerIds that never registered.</summary>
    public long StrangerBytes { get; set; }

    /// <summary>Its place among senders that have about as much.</summary>
    public LinkedListNode<SenderTotal> Place { get; }

    /// <summary>The share that has been there longest.</summary>
    public SenderShare? First { get; private set; }

    // The shares themselves are the list: with a node for each, it would cost twice as much.
    private SenderShare? _last;

    public void Link(SenderShare share)
    {
        (share.Total, share.Before) = (this, _last);
        if (_last is null)
            First = share;
        else
            _last.After = share;
        _last = share;
    }

    public void Unlink(SenderShare share)
    {
        if (share.Before is null)
            First = share.After;
        else
            share.Before.After = share.After;

        if (share.After is null)
            _last = share.Before;
        else
            share.After.Before = share.Before;
        (share.Total, share.Before, share.After) = (null, null, null);
    }
}
