using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>The messages for one peer: one FIFO, the only way from a sender to a recipient.</summary>
/// <remarks>
/// Decides and remembers, and does nothing else: no clock, no lock, no sending. Its <c>Peer</c> calls it under a lock and
/// carries out the <see cref="MailboxChanges"/>.
/// <para>
/// The accepted messages have consecutive positions. In front of them can be a gap: positions of messages that were lost
/// and whose loss the recipient has not acknowledged. Behind them can be messages that wait to be accepted, but only while
/// the mailbox is attended (its recipient is connected): a recipient that is away loses its oldest instead.
/// </para>
/// <code>
///   acknowledged | lost (gap) | leased | undelivered | waiting, no position yet
///                              ^ _head
/// </code>
/// </remarks>
internal sealed class Mailbox(int capacity, TimeSpan timeToLive, MailboxBudget budget, TimeProvider time, long acknowledged)
{
    private readonly Fifo<HeldMessage> _accepted = new();

    // A sender that repeats a message, because it lost the answer, is answered again, and nothing is held twice. Without
    // that a retry into a full mailbox would evict its own first copy.
    private readonly SenderShares _shares = new();

    // None until a recipient is slow.
    private LinkedList<(MailboxEntry Entry, SendTicket Ticket)>? _waiting;

    private long _head = acknowledged + 1;
    private long _delivered = acknowledged;
    private int _leased;
    private long _leasedBytes;
    private long _lostAt;
    private long _leftAt;

    /// <summary>Everything up to this position is settled with the recipient.</summary>
    public long Acknowledged { get; private set; } = acknowledged;

    /// <summary>The position of the last accepted message.</summary>
    public long Last => _head + _accepted.Count - 1;

    /// <summary>How many messages were lost that the recipient has not been told of, or has not acknowledged.</summary>
    public long Lost => _head - 1 - Acknowledged;

    /// <summary>The last position that was ever leased to a recipient.</summary>
    public long Delivered => _delivered;

    public int Count => _accepted.Count;

    public int WaitingCount => _waiting?.Count ?? 0;

    /// <summary>Whether the recipient is connected.</summary>
    public bool Attended { get; private set; }

    public bool HasUndelivered => _leased < _accepted.Count;

    /// <summary>Whether nothing would be forgotten with this mailbox.</summary>
    public bool IsIdle(TimeSpan reportTimeToLive) =>
        !Attended && _accepted.Count == 0 && (Lost == 0 || time.GetElapsedTime(_lostAt) >= reportTimeToLive);

    /// <summary>Takes a message, or says why not.</summary>
    public AppendOutcome Append(in MailboxEntry entry, in SendTicket ticket, MailboxChanges changes)
    {
        // First come, first served: while others wait, a new message waits behind them, its own sender's among them.
        var mustWait = Attended && (WaitingCount > 0 || _accepted.Count >= capacity);
        if (!mustWait && IsHeld(entry))
            return AcceptedOutcome;

        if (!budget.TryTake(entry.Cost))
            return AppendOutcome.BudgetExceeded;

        if (mustWait)
        {
            if (!ticket.Sender.TryWait(entry.Payload.Length))
            {
                budget.Return(entry.Cost);
                return AppendOutcome.SendWindowExceeded;
            }

            (_waiting ??= new()).AddLast((entry, ticket));
            return AppendOutcome.Waiting;
        }

        MakeRoom(changes);
        Accept(entry, entry.StoredAt, changes);
        return AcceptedOutcome;
    }

    /// <summary>The recipient connected. Whatever was leased to an earlier connection is undelivered again, in its place.</summary>
    /// <param name="resumeFrom">What the recipient says it has taken already; ignored where it can't be true.</param>
    public void Attend(long resumeFrom, MailboxChanges changes)
    {
        EndLease();
        if (resumeFrom > Acknowledged && resumeFrom <= Math.Max(_delivered, _head - 1))
            Settle(resumeFrom, changes);
        Expire(changes);
        Attended = true;
        AcceptWaiting(changes);
    }

    /// <summary>The recipient is gone.</summary>
    public void Leave(MailboxChanges changes)
    {
        EndLease();
        Attended = false;
        _leftAt = time.GetTimestamp();
        AcceptWaiting(changes);
    }

    /// <summary>Leases the next undelivered messages to the recipient.</summary>
    /// <param name="first">The position of the first one; meaningless if there is none.</param>
    public DeliveredMessage[] Lease(in LeaseLimits limits, out long first)
    {
        first = _head + _leased;
        var batch = new DeliveredMessage[CountLeasable(limits)];
        for (var i = 0; i < batch.Length; i++)
        {
            ref readonly var next = ref _accepted[_leased++];
            _leasedBytes += next.Payload.Length;
            batch[i] = new DeliveredMessage { From = next.Share.Sender.Value, Id = next.Id, Payload = next.Payload };
        }

        _delivered = Math.Max(_delivered, _head + _leased - 1);
        return batch;
    }

    /// <summary>The recipient has taken everything up to a position.</summary>
    /// <returns>False if that much was never delivered to the present connection.</returns>
    public bool Acknowledge(long sequence, MailboxChanges changes)
    {
        if (sequence > _head + _leased - 1)
            return false;

        if (sequence > Acknowledged)
        {
            Settle(sequence, changes);
            AcceptWaiting(changes);
        }

        return true;
    }

    /// <summary>Forgets what waited too long for a recipient that is away.</summary>
    /// <remarks>
    /// Not while it is connected: then the messages are on their way, and a slow reader loses nothing, not by a short
    /// absence either. So the time counts from when the recipient left, or from when the message came after that.
    /// </remarks>
    public void Expire(MailboxChanges changes)
    {
        while (!Attended && _accepted.Count > 0 && time.GetElapsedTime(Math.Max(_accepted[0].StoredAt, _leftAt)) >= timeToLive)
            Lose(DropReason.Expired, changes);
    }

    /// <summary>A sender's connection ended: its waiting messages were never accepted, and it will send them again.</summary>
    public void ForgetWaiting(ISender sender)
    {
        for (var node = _waiting?.First; node is not null;)
        {
            var next = node.Next;
            if (ReferenceEquals(node.Value.Ticket.Sender, sender))
            {
                budget.Return(node.Value.Entry.Cost);
                sender.EndWait(node.Value.Entry.Payload.Length);
                _waiting!.Remove(node);
            }

            node = next;
        }
    }

    private AppendOutcome AcceptedOutcome => Attended ? AppendOutcome.Accepted : AppendOutcome.Queued;

    private bool IsHeld(in MailboxEntry entry) => _shares.Find(entry.Sender)?.Holds(entry.Id, _accepted) == true;

    private void Accept(in MailboxEntry entry, long storedAt, MailboxChanges changes)
    {
        changes.Store(entry.Payload.Length);
        var share = _shares.Of(entry.Sender);
        _accepted.Enqueue(new HeldMessage(share, entry.Id, entry.Payload, storedAt));
        share.Add(entry.Id, entry.Payload.Length);
    }

    private int CountLeasable(in LeaseLimits limits)
    {
        var end = _leased;
        long bytes = 0;
        while (end < _accepted.Count && end - _leased < limits.BatchMessages && end < limits.WindowMessages)
        {
            // A message larger than a limit still goes, alone.
            var size = _accepted[end].Payload.Length;
            if ((end > _leased && bytes + size > limits.BatchBytes) || (end > 0 && _leasedBytes + bytes + size > limits.WindowBytes))
                break;

            bytes += size;
            end++;
        }

        return end - _leased;
    }

    private void AcceptWaiting(MailboxChanges changes)
    {
        while (_waiting?.First is { } node && (!Attended || _accepted.Count < capacity))
        {
            var (entry, ticket) = node.Value;
            _waiting.RemoveFirst();
            if (IsHeld(entry))
            {
                budget.Return(entry.Cost);
            }
            else
            {
                MakeRoom(changes);
                // Its time to live starts now: while it waited, its sender knew that nobody had it.
                Accept(entry, time.GetTimestamp(), changes);
            }

            ticket.Sender.EndWait(entry.Payload.Length);
            changes.Accepted.Add(ticket);
        }
    }

    private void MakeRoom(MailboxChanges changes)
    {
        while (_accepted.Count >= capacity)
            Lose(DropReason.Evicted, changes);
    }

    private void Lose(DropReason reason, MailboxChanges changes)
    {
        var lost = RemoveOldest();
        var entry = new MailboxEntry(lost.Share.Sender, lost.Id, lost.Payload, lost.StoredAt);
        budget.Return(entry.Cost);
        changes.Dropped.Add((entry, reason));
        _lostAt = time.GetTimestamp();
    }

    private void Settle(long sequence, MailboxChanges changes)
    {
        long cost = 0;
        while (_accepted.Count > 0 && _head <= sequence)
        {
            var bytes = RemoveOldest().Payload.Length;
            cost += MailboxEntry.CostOf(bytes);
            changes.Settled++;
            if (_leased > 0)
            {
                _leased--;
                _leasedBytes -= bytes;
            }
        }

        // Once for all of them: the budget is every mailbox's, and so contended.
        budget.Return(cost);
        Acknowledged = sequence;
    }

    private HeldMessage RemoveOldest()
    {
        var held = _accepted.Dequeue();
        held.Share.Remove(held.Id, held.Payload.Length);
        if (held.Share.Count == 0)
            _shares.Forget(held.Share);
        _head++;
        return held;
    }

    private void EndLease() => (_leased, _leasedBytes) = (0, 0);
}
