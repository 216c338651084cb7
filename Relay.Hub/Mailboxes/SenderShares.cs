using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>The shares of all senders that have something in one mailbox. Most mailboxes have one, and need no table for it.</summary>
/// <remarks>A struct, because every mailbox has one; only ever a field, never copied.</remarks>
internal struct SenderShares
{
    private SenderShare? _last;
    private Dictionary<PeerId, SenderShare>? _all;

    public readonly IEnumerable<SenderShare> All => _all is not null ? _all.Values : _last is { Count: > 0 } only ? [only] : [];

    /// <summary>How many senders those are.</summary>
    public readonly int Count => _all?.Count ?? (_last is { Count: > 0 } ? 1 : 0);

    public readonly SenderShare? Find(PeerId sender) => _last is { } last && last.Sender == sender ? last : _all?.GetValueOrDefault(sender);

    /// <summary>The sender's share, new if need be: for a message that is about to be in it.</summary>
    public SenderShare Of(PeerId sender)
    {
        if (Find(sender) is { } known)
            return _last = known;

        // A second sender: from here on there is a table.
        if (_all is null && _last is { Count: > 0 } first)
            _all = new Dictionary<PeerId, SenderShare> { [first.Sender] = first };

        _last = new SenderShare(sender);
        _all?.Add(sender, _last);
        return _last;
    }

    /// <summary>A share has become empty.</summary>
    public void Forget(SenderShare share)
    {
        if (_all is null)
            return;

        _all.Remove(share.Sender);
        if (_all.Count == 0)
            _all = null;

        // Or it would be found, and filled, beside the table.
        if (ReferenceEquals(_last, share))
            _last = null;
    }
}
