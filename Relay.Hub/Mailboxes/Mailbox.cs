using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>The messages for one peer: one FIFO, the only way from a sender to a recipient.</summary>
/// <remarks>
/// Decides and remembers, and does nothing else: no clock, no lock, no sending. Its <c>Peer</c> calls it under a lock and
/// carries out the <see cref="MailboxChanges"/>.
/// <para>
/// The accepted messages have consecutive positions. In front of them and between them can be gaps: positions of messages that
/// were lost and whose loss the recipient has not acknowledged. Behind them can be messages that wait to be accepted, but only
/// while the mailbox is attended (its recipient is connected): a recipient that is away loses messages instead.
/// </para>
/// <code>
///   acknowledged | gap | leased | gap | leased | undelivered | gap | undelivered | waiting, no position yet
///                       ^ _head                 ^ _next, behind the position _told
/// </code>
/// </remarks>
/// <param name="isStranger">Whether the owner never registered. It has when it connects.</param>
internal sealed partial class Mailbox(MailboxCommons commons, IMailboxOwner owner, bool isStranger, long acknowledged)
{
    // The messages, and the gaps between and behind them. The first one is a message: what is lost in front of it needs no entry.
    private Fifo<HeldMessage> _accepted = new();

    // A sender that repeats a message, because it lost the answer, is answered again, and nothing is held twice. Without
    // that a retry into a full mailbox would evict its own first copy.
    private SenderShares _shares;

    // None until a recipient is slow.
    private LinkedList<(MailboxEntry Entry, SendTicket Ticket)>? _waiting;

    private long _head = acknowledged + 1;
    private long _delivered = acknowledged;

    // The first entry the present connection was not given yet, and the last position it was given or told to be lost.
    private int _next;
    private long _told = acknowledged;
    private int _leasedBytes;
    private long _leftAt;
    private long _cost;

    /// <summary>Everything up to this position is settled with the recipient.</summary>
    public long Acknowledged { get; private set; } = acknowledged;

    /// <summary>The position of the last accepted message.</summary>
    public long Last => _head - 1 + Count + _lostBetween;

    /// <summary>How many messages were lost that the recipient has not been told of, or has not acknowledged.</summary>
    public long Lost => _head - 1 - Acknowledged + _lostBetween;

    /// <summary>The last position that was ever leased to a recipient, or told to be lost.</summary>
    public long Delivered => _delivered;

    public int Count => _accepted.Count - _gaps;

    public int WaitingCount => _waiting?.Count ?? 0;

    /// <summary>Whether the recipient is connected.</summary>
    public bool Attended { get; private set; }

    /// <summary>Whether there are messages or losses that the present connection was not given yet.</summary>
    public bool HasUndelivered => _next < _accepted.Count || _told < _head - 1;

    /// <summary>Whether the owner never registered.</summary>
    public bool IsStranger { get; private set; } = isStranger;

    /// <summary>Whether nothing would be forgotten with this mailbox.</summary>
    public bool IsIdle(TimeSpan reportTimeToLive) =>
        !Attended && Count == 0 && (Lost == 0 || commons.Time.GetElapsedTime(_lostAt) >= reportTimeToLive);

    /// <summary>Takes a message, or says why not.</summary>
    public AppendOutcome Append(in MailboxEntry entry, in SendTicket ticket, MailboxChanges changes)
    {
        // At once, whoever waits: a repeat in the waiting line would come to its turn when the first copy may have been lost,
        // and be accepted behind its successors.
        if (IsHeld(entry))
            return AcceptedOutcome;

        // First come, first served: while others wait, a new message waits behind them, its own sender's among them.
        var mustWait = Attended && (WaitingCount > 0 || Count >= commons.Capacity);

        if (IsStranger && MakeRoomForStranger(entry, changes) is { } refusal)
            return refusal;

        if (!commons.Budget.TryTake(entry.Cost))
            return AppendOutcome.BudgetExceeded;

        if (mustWait)
        {
            if (ticket.Sender.TryWait(entry.Payload.Length) is not AppendOutcome.Waiting and var why)
            {
                commons.Budget.Return(entry.Cost);
                return why;
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
            Settle(resumeFrom, [], changes);
        Expire(changes);
        if (!Attended)
            CountOut();
        (Attended, IsStranger) = (true, false);
        AcceptWaiting(changes);
    }

    /// <summary>The recipient is gone.</summary>
    public void Leave(MailboxChanges changes)
    {
        EndLease();
        if (Attended)
            CountIn();
        Attended = false;
        _leftAt = commons.Time.GetTimestamp();
        AcceptWaiting(changes);
    }

    /// <summary>Leases the next undelivered messages to the recipient, up to the next gap.</summary>
    /// <param name="first">The position of the first one; meaningless if there is none.</param>
    public DeliveredMessage[] Lease(in LeaseLimits limits, out long first)
    {
        first = _told + 1;
        var batch = new DeliveredMessage[CountLeasable(limits)];
        for (var i = 0; i < batch.Length; i++)
        {
            ref readonly var next = ref _accepted[_next++];
            _leasedBytes += next.Payload.Length;
            batch[i] = new DeliveredMessage { From = next.Share.Sender.Value, Id = next.Id, Payload = next.Payload, Repeat = next.Repeat };
        }

        Tell(_told + batch.Length);
        return batch;
    }

    /// <summary>The recipient has taken everything up to a position, or found it too late.</summary>
    /// <param name="late">The positions that came too late, ascending: those messages are lost. Only repeats can be.</param>
    /// <returns>False if that much was never delivered to the present connection, nor lost in front of all it is to get.</returns>
    public bool Acknowledge(long sequence, IReadOnlyList<NumberRange> late, MailboxChanges changes)
    {
        if (sequence > Math.Max(_told, _head - 1))
            return false;

        if (sequence > Acknowledged)
        {
            Settle(sequence, late, changes);
            AcceptWaiting(changes);
        }

        return true;
    }

    /// <summary>A sender's connection ended: its waiting messages were never accepted, and it will send them again.</summary>
    public void ForgetWaiting(ISender sender)
    {
        for (var node = _waiting?.First; node is not null;)
        {
            var next = node.Next;
            if (ReferenceEquals(node.Value.Ticket.Sender, sender))
            {
                commons.Budget.Return(node.Value.Entry.Cost);
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
        _accepted.Enqueue(HeldMessage.Of(share, entry, storedAt));
        share.Add(entry.Id, entry.Payload.Length);
        _cost += entry.Cost;
        if (!Attended)
            commons.Totals.Add(share, owner, IsStranger, entry.Cost);
    }

    private int CountLeasable(in LeaseLimits limits)
    {
        // The gap in front comes first: NextGap.
        if (_told < _head - 1)
            return 0;

        var end = _next;
        long bytes = 0;
        while (end < _accepted.Count && !_accepted[end].IsGap && end - _next < limits.BatchMessages && end < limits.WindowMessages)
        {
            // A message larger than a limit still goes, alone.
            var size = _accepted[end].Payload.Length;
            if ((end > _next && bytes + size > limits.BatchBytes) || (end > 0 && _leasedBytes + bytes + size > limits.WindowBytes))
                break;

            bytes += size;
            end++;
        }

        return end - _next;
    }

    private void AcceptWaiting(MailboxChanges changes)
    {
        while (_waiting?.First is { } node && (!Attended || Count < commons.Capacity))
        {
            var (entry, ticket) = node.Value;
            _waiting.RemoveFirst();
            if (IsHeld(entry))
            {
                commons.Budget.Return(entry.Cost);
            }
            else
            {
                MakeRoom(changes);
                // Its time to live starts now: while it waited, its sender knew that nobody had it.
                Accept(entry, commons.Time.GetTimestamp(), changes);
            }

            ticket.Sender.EndWait(entry.Payload.Length);
            changes.Accepted.Add(ticket);
        }
    }

    private void Settle(long sequence, IReadOnlyList<NumberRange> late, MailboxChanges changes)
    {
        long cost = 0;
        var range = 0;
        while (_accepted.Count > 0 && _head <= sequence)
        {
            while (range < late.Count && late[range].To < _head)
                range++;
            var isNamed = range < late.Count && late[range].From <= _head;

            var oldest = RemoveOldest();
            var bytes = oldest.Payload.Length;
            cost += MailboxEntry.CostOf(bytes);
            if (isNamed && oldest.Repeat)
                changes.Dropped.Add((oldest.ToEntry(), LossCause.Late));
            else
                changes.Settled++;
            if (_next > 0)
            {
                _next--;
                _leasedBytes -= bytes;
            }

            if (_gaps > 0)
                OpenAtMessage();
        }

        // Once for all of them: the budget is every mailbox's, and so contended.
        commons.Budget.Return(cost);
        Acknowledged = sequence;
        _told = Math.Max(_told, sequence);
    }

    private HeldMessage RemoveOldest()
    {
        var held = _accepted.Dequeue();
        Release(held);
        _head++;
        return held;
    }

    private void Release(in HeldMessage held)
    {
        var (share, cost) = (held.Share, MailboxEntry.CostOf(held.Payload.Length));
        share.Remove(held.Id, held.Payload.Length);
        _cost -= cost;
        if (!Attended)
            commons.Totals.Remove(share, IsStranger, cost, all: share.Count == 0);
        if (share.Count == 0)
            _shares.Forget(share);
    }

    private void Tell(long position)
    {
        _told = position;
        _delivered = Math.Max(_delivered, position);
    }

    private void EndLease() => (_next, _told, _leasedBytes) = (0, Acknowledged, 0);
}
