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
    private readonly Fifo<MailboxEntry> _accepted = new();
    private readonly LinkedList<(MailboxEntry Entry, SendTicket Ticket)> _waiting = new();

    // The (sender, id) of each accepted message: a sender that repeats one, because it lost the answer, is answered
    // again, and nothing is held twice. Without it a retry into a full mailbox would evict its own first copy.
    private readonly HashSet<(PeerId, MessageId)> _known = new(SenderAndId.Comparer);

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

    public int Count => _accepted.Count;

    public int WaitingCount => _waiting.Count;

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
        var mustWait = Attended && (_waiting.Count > 0 || _accepted.Count >= capacity);
        if (!mustWait && _known.Contains((entry.Sender, entry.Id)))
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

            _waiting.AddLast((entry, ticket));
            return AppendOutcome.Waiting;
        }

        MakeRoom(changes);
        Accept(entry);
        return AcceptedOutcome;
    }

    /// <summary>The recipient connected. Whatever was leased to an earlier connection is undelivered again, in its place.</summary>
    /// <param name="resumeFrom">What the recipient says it has taken already; ignored where it can't be true.</param>
    public void Attend(long resumeFrom, MailboxChanges changes)
    {
        EndLease();
        if (resumeFrom > Acknowledged && resumeFrom <= Math.Max(_delivered, _head - 1))
            Settle(resumeFrom);
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

    /// <summary>Copies the next undelivered messages to <paramref name="batch"/> and leases them to the recipient.</summary>
    /// <returns>The position of the first one; meaningless if there is none.</returns>
    public long Lease(in LeaseLimits limits, List<MailboxEntry> batch)
    {
        var first = _head + _leased;
        long bytes = 0;
        while (_leased < _accepted.Count && batch.Count < limits.BatchMessages && _leased < limits.WindowMessages)
        {
            ref readonly var next = ref _accepted[_leased];
            var size = next.Payload.Length;
            // A message larger than a limit still goes, alone.
            if ((batch.Count > 0 && bytes + size > limits.BatchBytes) || (_leased > 0 && _leasedBytes + size > limits.WindowBytes))
                break;

            batch.Add(next);
            bytes += size;
            _leasedBytes += size;
            _leased++;
        }

        _delivered = Math.Max(_delivered, _head + _leased - 1);
        return first;
    }

    /// <summary>The recipient has taken everything up to a position.</summary>
    /// <returns>False if that much was never delivered to the present connection.</returns>
    public bool Acknowledge(long sequence, MailboxChanges changes)
    {
        if (sequence > _head + _leased - 1)
            return false;

        if (sequence > Acknowledged)
        {
            Settle(sequence);
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
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (ReferenceEquals(node.Value.Ticket.Sender, sender))
            {
                budget.Return(node.Value.Entry.Cost);
                sender.EndWait(node.Value.Entry.Payload.Length);
                _waiting.Remove(node);
            }

            node = next;
        }
    }

    private AppendOutcome AcceptedOutcome => Attended ? AppendOutcome.Accepted : AppendOutcome.Queued;

    private void Accept(in MailboxEntry entry)
    {
        _accepted.Enqueue(entry);
        _known.Add((entry.Sender, entry.Id));
    }

    private void AcceptWaiting(MailboxChanges changes)
    {
        while (_waiting.First is { } node && (!Attended || _accepted.Count < capacity))
        {
            var (entry, ticket) = node.Value;
            _waiting.RemoveFirst();
            if (_known.Contains((entry.Sender, entry.Id)))
            {
                budget.Return(entry.Cost);
            }
            else
            {
                MakeRoom(changes);
                // Its time to live starts now: while it waited, its sender knew that nobody had it.
                Accept(entry with { StoredAt = time.GetTimestamp() });
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
        changes.Dropped.Add((RemoveOldest(), reason));
        _lostAt = time.GetTimestamp();
    }

    private void Settle(long sequence)
    {
        while (_accepted.Count > 0 && _head <= sequence)
        {
            var entry = RemoveOldest();
            if (_leased > 0)
            {
                _leased--;
                _leasedBytes -= entry.Payload.Length;
            }
        }

        Acknowledged = sequence;
    }

    private MailboxEntry RemoveOldest()
    {
        var entry = _accepted.Dequeue();
        _known.Remove((entry.Sender, entry.Id));
        budget.Return(entry.Cost);
        _head++;
        return entry;
    }

    private void EndLease() => (_leased, _leasedBytes) = (0, 0);
}
