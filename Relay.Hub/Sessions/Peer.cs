using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Sessions;

/// <summary>Everything the relay knows of one PeerId: its mailbox, its reports, and its connection if it has one.</summary>
/// <remarks>
/// One lock guards the mailbox and the session, so that a takeover, a late disconnect and an append can interleave in any
/// way and each sees the session before or after, never between. Locks are taken in this order and never the other way:
/// a peer, then one of the leaves: <see cref="DropReports"/>, <see cref="Outbox"/>, <see cref="Admission.SendRate"/> and the others in <c>docs/architecture.md</c>.
/// </remarks>
internal sealed class Peer(PeerId id, PeerDirectory directory) : IMailboxOwner
{
    /// <summary>What a peer costs while it exists, charged to the budget: invented PeerIds are bounded too.</summary>
    public const int Overhead = 1024;

    private readonly Lock _gate = new();
    // What this thread's call changed; empty between calls. Not each peer's own: there may be a hundred thousand of them.
    [ThreadStatic]
    private static MailboxChanges? _changes;

    private Mailbox? _mailbox;
    private DropReports? _reports;
    private SendRate? _sendRate;
    private volatile Session? _session;
    private bool _retired;

    public PeerId Id => id;

    /// <summary>Whether it is among the <see cref="Absentees"/>, and so charged to no budget. Changes under the lock, and not any more once retired.</summary>
    public bool IsAbsentee { get; private set; }

    /// <summary>Its place among the absentees, whose lock guards it.</summary>
    public LinkedListNode<Peer> Place => field ??= new(this);

    /// <summary>What this peer is to be told of its own losses. Made at first use: most never have one.</summary>
    public DropReports Reports
    {
        get
        {
            if (Volatile.Read(ref _reports) is { } reports)
                return reports;

            var made = directory.NewReports();
            return Interlocked.CompareExchange(ref _reports, made, null) ?? made;
        }
    }

    /// <summary>How much this peer may send, whichever its connection. Made at first use: those who only receive need none.</summary>
    public SendRate SendRate
    {
        get
        {
            if (Volatile.Read(ref _sendRate) is { } rate)
                return rate;

            var made = directory.NewSendRate();
            return Interlocked.CompareExchange(ref _sendRate, made, null) ?? made;
        }
    }

    public Session? Session => _session;

    private static MailboxChanges Changes => _changes ??= new MailboxChanges();

    private AnswerKind AnswerNow => _session is null ? AnswerKind.Queued : AnswerKind.Accepted;

    // Made at first use, under the lock, when this peer is in the directory already: only then has every earlier peer of
    // the same id left its last position there. A sender that never receives needs none.
    private Mailbox Mailbox => _mailbox ??= directory.NewMailbox(this);

    /// <summary>Makes <paramref name="session"/> the one connection of this peer.</summary>
    /// <param name="resumeFrom">The last position the client says its application took in this epoch; 0 for none.</param>
    /// <param name="replaced">The connection that was there before. It gets nothing from the mailbox any more.</param>
    /// <returns>False when this peer is retired: look it up again.</returns>
    public bool TryAttach(Session session, long resumeFrom, out Session? replaced)
    {
        lock (_gate)
        {
            replaced = _session;
            if (_retired)
                return false;

            ComeBack();
            session.BelongTo(this);
            _session = session;
            _reports?.Restart();
            Mailbox.Attend(resumeFrom, Changes);
            session.Start(Mailbox.Acknowledged);
            CarryOut(AnswerKind.Accepted);
            return true;
        }
    }

    /// <summary>A connection ended. A late one, already replaced, changes nothing.</summary>
    /// <returns>Whether it was the present one.</returns>
    public bool Detach(Session session)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_session, session))
                return false;

            _session = null;
            Mailbox.Leave(Changes);
            CarryOut(AnswerKind.Queued);
        }

        directory.Release(this);
        return true;
    }

    /// <summary>Puts messages into the mailbox, in order, up to the first that is not accepted at once.</summary>
    /// <remarks>The caller wakes the pumps: the sender's for its answer, this peer's for the messages.</remarks>
    /// <param name="number">The first one's, by which to answer; the others count up from it.</param>
    /// <param name="now">When they came: a <see cref="TimeProvider"/> timestamp.</param>
    /// <param name="stopped">What became of the first that was not accepted; if all were, how they were.</param>
    /// <returns>How many were accepted.</returns>
    public int Append(ReadOnlySpan<OutboundMessage> messages, Session sender, long number, long now, out AppendOutcome stopped)
    {
        var accepted = 0;
        lock (_gate)
        {
            stopped = WhyNot(sender);
            if (stopped is not (AppendOutcome.Accepted or AppendOutcome.Queued))
                return 0;

            var from = sender.Peer!;
            var changes = Changes;
            do
            {
                // The first copy was accepted, then lost, and the report is on its way: that is the answer to the repeat too.
                ref readonly var message = ref messages[accepted];
                stopped = from.HasReported(id, message.Id)
                    ? stopped
                    : Mailbox.Append(new MailboxEntry(from.Id, message.Id, message.Payload, now, message.Repeat), new SendTicket(sender, number + accepted), changes);
            }
            while (stopped is AppendOutcome.Accepted or AppendOutcome.Queued && ++accepted < messages.Length);

            if (stopped == AppendOutcome.Waiting && !sender.WaitsAt(this))
            {
                // It ended between the two, and did not know of this peer when it made its round.
                Mailbox.ForgetWaiting(sender);
                stopped = AppendOutcome.SenderEnded;
            }

            if (accepted > 0)
                sender.Answer(new NumberRange { From = number, To = number + accepted - 1 }, AnswerNow);
            if (Mailbox.Count > 0)
                ComeBack();
            CarryOut(AnswerKind.Accepted);
        }

        directory.Settle();
        return accepted;
    }

    /// <returns>Why nothing can be appended now; or, if it can, how the sender will be answered.</returns>
    private AppendOutcome WhyNot(Session sender)
    {
        if (_retired)
            return AppendOutcome.Retired;

        // Checked under the lock, so that nothing of a replaced connection comes behind what its successor sends.
        if (sender.HasEnded)
            return AppendOutcome.SenderEnded;

        return _session is null ? AppendOutcome.Queued : AppendOutcome.Accepted;
    }

    /// <summary>The next messages for the recipient, which are leased to it from here on.</summary>
    public Leased Lease(Session session, in LeaseLimits limits)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_session, session))
                return new Leased([], 0, 0, false);

            var delivered = Mailbox.Delivered;
            var messages = Mailbox.Lease(limits, out var first);
            var again = (int)Math.Clamp(delivered - first + 1, 0, messages.Length);
            return new Leased(messages, first, again, messages.Length == 0 && Mailbox.HasUndelivered);
        }
    }

    /// <summary>Whether nothing is on its way to this peer, or waits for it.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
                return _mailbox is null or { Count: 0, WaitingCount: 0 };
        }
    }

    /// <summary>Everything up to this position is settled with the recipient.</summary>
    public long Acknowledged
    {
        get
        {
            lock (_gate)
                return _mailbox?.Acknowledged ?? 0;
        }
    }

    /// <summary>The position of the last message that was accepted for it.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
                return _mailbox?.Last ?? 0;
        }
    }

    /// <summary>The next of this peer's own losses to tell, or null.</summary>
    public DropReport? NextReport(Session session)
    {
        // A replaced connection must not take what its successor is to be told.
        lock (_gate)
            return ReferenceEquals(_session, session) ? _reports?.Next() : null;
    }

    /// <summary>Takes the gap the recipient comes to next, if it is one, to tell it.</summary>
    /// <param name="last">The position of the last message lost there.</param>
    /// <returns>How many were lost; 0 if the next thing is a message, or there is none.</returns>
    public long NextGap(Session session, out long last)
    {
        last = 0;
        lock (_gate)
            return ReferenceEquals(_session, session) ? Mailbox.NextGap(out last) : 0;
    }

    /// <returns>False if the session acknowledges what it was never given.</returns>
    public bool Acknowledge(Session session, long sequence, long report, IReadOnlyList<NumberRange> late)
    {
        bool hasRoom;
        lock (_gate)
        {
            // A replaced connection's late acknowledgement: its lease is over, and the successor has its own.
            if (!ReferenceEquals(_session, session))
                return true;

            _reports?.Acknowledge(report);
            if (!Mailbox.Acknowledge(sequence, late, Changes))
                return false;

            CarryOut(AnswerKind.Accepted);
            hasRoom = Mailbox.HasUndelivered;
        }

        // Senders that are away may have been told of losses.
        if (late.Count > 0)
            directory.Settle();

        // Most acknowledgements come when nothing waits for them, and waking the pump would be their larger part.
        if (hasRoom || report > 0)
            session.Wake();
        return true;
    }

    /// <summary>Whether this peer is still to acknowledge that a message of its was lost.</summary>
    public bool HasReported(PeerId recipient, MessageId message) => Volatile.Read(ref _reports)?.Contains(recipient, message) == true;

    public void ForgetWaiting(Session sender)
    {
        lock (_gate)
            _mailbox?.ForgetWaiting(sender);
    }

    /// <inheritdoc/>
    public long Evict(PeerId sender, long bytes)
    {
        long freed;
        lock (_gate)
        {
            freed = _mailbox?.Evict(sender, bytes, Changes) ?? 0;
            CarryOut(AnswerKind.Queued);
        }

        directory.Release(this);
        return freed;
    }

    public void Expire()
    {
        lock (_gate)
        {
            _mailbox?.Expire(Changes);
            CarryOut(AnswerKind.Queued);
        }

        if (_reports?.Expire(directory.Options.ReportTimeToLive) == true)
            directory.SayLimited(LimitWords.NotToldInTime(directory.Options));
    }

    /// <summary>Ends this object if nothing would be forgotten with it. If that is only something to tell, it becomes an absentee.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            if (_retired)
                return true;
            if (!HasNothingWaiting)
                return false;

            // The rate, or whoever sends too much would only have to connect again.
            if (_mailbox?.IsIdle(directory.Options.ReportTimeToLive) != false && _sendRate?.IsFull != false && TryEnd())
            {
                if (Kind == AbsenteeKind.Missed)
                    directory.SayLimited(LimitWords.NotToldInTime(directory.Options));
                return true;
            }

            directory.Remember(this, Kind);
            IsAbsentee = true;
            return false;
        }
    }

    /// <summary>Ends this object though something would be forgotten with it; not if somebody has come, or a message.</summary>
    /// <param name="forgetsLosses">Whether somebody would have been told of losses.</param>
    public bool TryAbandon(out bool forgetsLosses)
    {
        forgetsLosses = false;
        lock (_gate)
        {
            if (_retired)
                return true;
            if (!HasNothingWaiting)
                return false;

            forgetsLosses = Kind != AbsenteeKind.Stranger;
            _reports?.Clear();
            return TryEnd();
        }
    }

    private bool HasNothingWaiting => _session is null && _mailbox is null or { Count: 0 };

    private AbsenteeKind Kind => this switch
    {
        { _reports.IsEmpty: false } => AbsenteeKind.Reported,
        { _mailbox: { IsStranger: false, Lost: > 0 } } => AbsenteeKind.Missed,
        _ => AbsenteeKind.Stranger,
    };

    private bool TryEnd()
    {
        // Before anybody can see this peer, or its reports, as retired and make the next one. If it stays after all,
        // some positions are left out, and nobody misses them.
        if (_mailbox is not null)
            directory.RememberLast(_mailbox.Last);
        if (_reports is not null)
            directory.RememberLastReport(_reports.Last);

        // Whoever is about to make the reports that are not there finds the retired ones instead.
        return _retired = (Interlocked.CompareExchange(ref _reports, DropReports.Retired, null) ?? DropReports.Retired).TryRetire();
    }

    private void ComeBack()
    {
        if (!IsAbsentee)
            return;

        IsAbsentee = false;
        directory.Recall(this);
    }

    private void CarryOut(AnswerKind answer)
    {
        var changes = Changes;
        foreach (var (sender, number) in changes.Accepted)
        {
            var session = (Session)sender;
            session.Answer(new NumberRange { From = number, To = number }, answer);
            session.Wake();
        }

        foreach (var (entry, cause) in changes.Dropped)
            directory.Report(entry.Sender, id, entry.Id, ReasonOf(cause));

        // Of what comes too late no limit is to blame.
        if (changes.Dropped is [var (_, first), ..] && first != LossCause.Late)
            SayLosing(first, changes.Dropped.Count);

        if (changes.Accepted.Count > 0)
            _session?.Wake();
        directory.Metrics.Count(changes);
        changes.Clear();
    }

    private void SayLosing(LossCause cause, int count)
    {
        // Once for each absence: a flood into a full mailbox must not flood the log as well. Nor one to invented PeerIds.
        if (Mailbox.IsStranger)
            directory.SayLimited(directory.Losing(cause));
        else if (Mailbox.Lost == count)
            directory.Logger.Losing(id, ReasonOf(cause), directory.Losing(cause));
    }

    private static DropReason ReasonOf(LossCause cause) => cause switch
    {
        LossCause.Expired => DropReason.Expired,
        LossCause.Late => DropReason.Late,
        _ => DropReason.Evicted,
    };
}
