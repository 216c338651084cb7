using System.Numerics;
using Relay.Contracts;
using Relay.Hub.Sessions;

namespace Relay.Hub.Mailboxes;

/// <summary>What each sender has in mailboxes whose owners are away, and so from whom to evict when all mailboxes together are full.</summary>
/// <remarks>
/// Any thread; its lock is a leaf, taken inside the locks of peers. Messages for connected peers do not come here.
/// <para>
/// Senders are kept by size in classes, four for each doubling, so a change costs the same however many there are. The one
/// <see cref="Heaviest"/> finds has at least four fifths of what the heaviest has.
/// </para>
/// </remarks>
internal sealed class SenderTotals
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, SenderTotal> _all = [];
    private readonly LinkedList<SenderTotal>[] _classes = [.. Enumerable.Range(0, 64 * 4).Select(_ => new LinkedList<SenderTotal>())];

    /// <summary>A message came into the mailbox of somebody who is away; or the owner left, and the share is there.</summary>
    public void Add(SenderShare share, IMailboxOwner owner, bool isStranger, long bytes)
    {
        lock (_gate)
        {
            if (share.Total is null)
            {
                if (!_all.TryGetValue(share.Sender, out var total))
                    _all[share.Sender] = total = new SenderTotal(share.Sender);
                total.Link(share);
                share.Owner = owner;

                // A peer that is away costs the relay this too, however little is sent to it.
                bytes += Peer.Overhead;
            }

            Change(share.Total!, isStranger, bytes);
        }
    }

    /// <summary>A message left such a mailbox; or the owner came. Nothing is left when <paramref name="all"/> is gone.</summary>
    public void Remove(SenderShare share, bool isStranger, long bytes, bool all)
    {
        lock (_gate)
        {
            if (share.Total is not { } total)
                return;

            if (all)
            {
                total.Unlink(share);
                share.Owner = null;
                bytes += Peer.Overhead;
            }

            Change(total, isStranger, -bytes);
        }
    }

    /// <summary>What a sender has in such mailboxes, and how much of it in those of PeerIds that never registered.</summary>
    public (long Bytes, long StrangerBytes) Of(PeerId sender)
    {
        lock (_gate)
            return _all.TryGetValue(sender, out var total) ? (total.Bytes, total.StrangerBytes) : default;
    }

    /// <summary>The sender that has about the most, and in whose mailbox it has had something longest; null if nobody has anything.</summary>
    public (IMailboxOwner Owner, PeerId Sender)? Heaviest()
    {
        lock (_gate)
        {
            for (var i = _classes.Length - 1; i >= 0; i--)
            {
                if (_classes[i].First is { Value: { First.Owner: { } owner } total })
                    return (owner, total.Sender);
            }

            return null;
        }
    }

    private void Change(SenderTotal total, bool isStranger, long bytes)
    {
        total.Bytes += bytes;
        total.StrangerBytes += isStranger ? bytes : 0;

        var (before, now) = (total.Place.List, total.First is null ? null : _classes[ClassOf(total.Bytes)]);
        if (before == now)
            return;

        before?.Remove(total.Place);
        if (now is null)
            _all.Remove(total.Sender);
        else
            now.AddLast(total.Place);
    }

    private static int ClassOf(long bytes)
    {
        // The place of the highest bit, and the two bits behind it. No message costs fewer than four bytes.
        var doublings = BitOperations.Log2((ulong)bytes);
        return (doublings * 4) + (int)((bytes >> (doublings - 2)) & 3);
    }
}
