using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

// What a mailbox loses while its recipient is away, and the gaps that stay in its place until the recipient knows.
internal sealed partial class Mailbox
{
    // How many entries are gaps, and how many messages those are for. No two gaps are neighbours, so there are never more of them
    // than messages; and what is lost in front of all messages is no entry.
    private int _gaps;
    private long _lostBetween;
    private long _lostAt;

    /// <summary>Takes the gap the recipient comes to next, if it is one: it is to be told of it before the messages behind it.</summary>
    /// <param name="last">The position of the last message lost there.</param>
    /// <returns>How many were lost; 0 if the next thing is a message, or there is none.</returns>
    public long NextGap(out long last)
    {
        // In front of all: every loss there was is one gap.
        last = _head - 1;
        if (_told < last)
        {
            var count = last - _told;
            Tell(last);
            return count;
        }

        if (_next == _accepted.Count || !_accepted[_next].IsGap)
            return 0;

        var length = _accepted[_next++].GapLength;
        Tell(last = _told + length);
        return length;
    }

    /// <summary>Forgets what waited too long for a recipient that is away.</summary>
    /// <remarks>
    /// Not while it is connected: then the messages are on their way, and a slow reader loses nothing, not by a short
    /// absence either. So the time counts from when the recipient left, or from when the message came after that.
    /// </remarks>
    public void Expire(MailboxChanges changes)
    {
        while (!Attended && Count > 0 && commons.Time.GetElapsedTime(Math.Max(_accepted[0].StoredAt, _leftAt)) >= commons.TimeToLive)
            Lose(0, LossCause.Expired, changes);
    }

    /// <summary>Evicts the oldest messages of a sender, for others that need the room in all mailboxes together.</summary>
    /// <returns>How much became free. Nothing while the recipient is connected.</returns>
    public long Evict(PeerId sender, long bytes, MailboxChanges changes)
    {
        long freed = 0;
        while (!Attended && freed < bytes && _shares.Find(sender) is { Count: > 0 } share)
            freed += Lose(OldestOf(share), LossCause.MailboxesFull, changes);
        return freed;
    }

    /// <summary>Makes room in the mailbox of somebody who has not been here: it has few bytes, and one sender must not take them from the others.</summary>
    /// <returns>Why there is none: nobody loses anything then.</returns>
    private AppendOutcome? MakeRoomForStranger(in MailboxEntry entry, MailboxChanges changes)
    {
        if (commons.Totals.Of(entry.Sender).StrangerBytes + entry.Cost > commons.Strangers.BytesPerSender)
            return AppendOutcome.StrangerQuotaExceeded;

        var limit = commons.Strangers.MailboxBytes;
        if (_cost + entry.Cost <= limit)
            return null;

        // Up to an equal share. While somebody has no more than that and there is no room, another one has at least as much.
        var own = _shares.Find(entry.Sender) is { Count: > 0 } share ? share.Cost : 0;
        var senders = _shares.Count + (own > 0 ? 0 : 1);
        if ((own + entry.Cost) * senders > limit || senders == 1)
            return AppendOutcome.StrangerMailboxFull;

        while (_cost + entry.Cost > limit)
            Lose(OldestOf(_shares.All.MaxBy(one => one.Cost)!), LossCause.StrangerMailboxFull, changes);
        return null;
    }

    private void MakeRoom(MailboxChanges changes)
    {
        while (Count >= commons.Capacity)
            Lose(OldestOfMost(), LossCause.MailboxFull, changes);
    }

    /// <summary>
    /// The oldest message of the sender that has the most here; of two with as many, the one whose oldest is older. So nobody is
    /// pushed out by others who have more, and with one sender it is the first.
    /// </summary>
    private int OldestOfMost()
    {
        var (oldest, most) = (0, 0);

        // Who has half of all has the most, and no need to look on: one sender, or a flood.
        for (var i = 0; i < _accepted.Count && 2 * most < Count; i++)
        {
            if (!_accepted[i].IsGap && _accepted[i].Share.Count > most)
                (oldest, most) = (i, _accepted[i].Share.Count);
        }

        return oldest;
    }

    private int OldestOf(SenderShare share)
    {
        var index = 0;
        while (!ReferenceEquals(_accepted[index].Share, share))
            index++;
        return index;
    }

    /// <returns>What it had cost.</returns>
    private long Lose(int index, LossCause cause, MailboxChanges changes)
    {
        var lost = _accepted[index];
        if (index == 0)
        {
            RemoveOldest();
            OpenAtMessage();
        }
        else
        {
            Release(lost);
            LeaveGap(index);
        }

        var entry = lost.ToEntry();
        commons.Budget.Return(entry.Cost);
        changes.Dropped.Add((entry, cause));
        _lostAt = commons.Time.GetTimestamp();
        return entry.Cost;
    }

    /// <summary>Puts a gap where a message was, one with the gaps on either side.</summary>
    private void LeaveGap(int index)
    {
        long length = 1;
        if (index + 1 < _accepted.Count && _accepted[index + 1].IsGap)
        {
            length += _accepted[index + 1].GapLength;
            _accepted.RemoveAt(index + 1);
            _gaps--;
        }

        if (_accepted[index - 1].IsGap)
        {
            length += _accepted[index - 1].GapLength;
            _accepted.RemoveAt(index--);
            _gaps--;
        }

        _accepted.Replace(index, HeldMessage.Gap(length));
        _gaps++;
        _lostBetween++;
    }

    /// <summary>The recipient is away: from now on its messages can be evicted for others.</summary>
    private void CountIn()
    {
        foreach (var share in _shares.All)
            commons.Totals.Add(share, owner, IsStranger, share.Cost);
    }

    /// <summary>It has come.</summary>
    private void CountOut()
    {
        foreach (var share in _shares.All)
            commons.Totals.Remove(share, IsStranger, share.Cost, all: true);
    }

    /// <summary>A gap that has come to the front is no entry any more: the positions in front of the first message say it all.</summary>
    private void OpenAtMessage()
    {
        if (_accepted.Count == 0 || !_accepted[0].IsGap)
            return;

        var length = _accepted.Dequeue().GapLength;
        _head += length;
        _lostBetween -= length;
        _gaps--;
        if (_next > 0)
            _next--;
    }
}
