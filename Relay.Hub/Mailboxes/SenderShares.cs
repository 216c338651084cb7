using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>The shares of all senders that have something in one mailbox. Most mailboxes have one, and need no table for it.</summary>
internal sealed class SenderShares
{
    private SenderShare? _last;
    private Dictionary<PeerId, SenderShare>? _all;

    public SenderShare Of(PeerId sender)
    {
        if (_last is { } last)
        {
            if (last.Sender == sender)
                return last;

            if (_all is null && last.Count > 0)
                _all = new Dictionary<PeerId, SenderShare> { [last.Sender] = last };
        }

        if (_all is null)
            return _last = new SenderShare(sender);

        if (!_all.TryGetValue(sender, out var share))
            _all[sender] = share = new SenderShare(sender);
        return _last = share;
    }

    /// <summary>A share has become empty.</summary>
    public void Forget(SenderShare share)
    {
        if (_all is null)
            return;

        _all.Remove(share.Sender);
        if (_all.Count == 0)
            _all = null;

        // Of would find the one that is still remembered as the last beside the table, and then a second one in it.
        if (ReferenceEquals(_last, share))
            _last = null;
    }
}
