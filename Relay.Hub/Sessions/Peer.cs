using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Sessions;

/// <summary>Everything the relay knows of one PeerId: its mailbox, its reports, and its connection if it has one.</summary>
/// <remarks>
/// One lock guards the mailbox and the session, so that a takeover, a late disconnect and an append can interleave in any
/// way and each sees the session before or after, never between. Locks are taken in this order and never the other way:
/// a peer, then a <see cref="DropReports"/> or an <see cref="Outbox"/>.
/// </remarks>
internal sealed class Peer(PeerId id, DropReports reports, PeerDirectory directory)
{
    /// <summary>What a peer costs while it exists, charged to the budget: invented PeerIds are bounded too.</summary>
    public const int Overhead = 1024;

    private readonly Lock _gate = new();
    private readonly MailboxChanges _changes = new();
    private Mailbox? _mailbox;
    private volatile Session? _session;
    private bool _retired;

    public PeerId Id => id;

    public DropReports Reports => reports;

    public Session? Session => _session;

    // Made at first use, under the lock, when this peer is in the directory already: only then has every earlier peer of
    // the same id left its last position there. A sender that never receives needs none.
    private Mailbox Mailbox => _mailbox ??= directory.NewMailbox();

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

            session.BelongTo(this);
            _session = session;
            reports.Restart();
            Mailbox.Attend(resumeFrom, _changes);
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
            Mailbox.Leave(_changes);
            CarryOut(AnswerKind.Queued);
        }

        directory.Release(this);
        return true;
    }

    /// <summary>Puts a message into the mailbox.</summary>
    public AppendOutcome Append(in MailboxEntry entry, Session sender, long number)
    {
        AppendOutcome outcome;
        lock (_gate)
        {
            if (_retired)
                return AppendOutcome.Retired;

            // Checked under the lock, so that nothing of a replaced connection comes behind what its successor sends.
            if (sender.HasEnded)
                return AppendOutcome.SenderEnded;

            // The first copy was accepted, then lost, and the report is on its way: that is the answer to the repeat too.
            if (sender.Peer!.Reports.Contains(id, entry.Id))
                return _session is null ? AppendOutcome.Queued : AppendOutcome.Accepted;

            outcome = Mailbox.Append(entry, new SendTicket(sender, number), _changes);
            if (outcome == AppendOutcome.Waiting && !sender.WaitsAt(this))
            {
                // It ended between the two, and did not know of this peer when it made its round.
                Mailbox.ForgetWaiting(sender);
                outcome = AppendOutcome.SenderEnded;
            }

            CarryOut(AnswerKind.Accepted);
        }

        if (outcome == AppendOutcome.Accepted)
            _session?.Wake();
        return outcome;
    }

    /// <summary>What to tell the recipient next: losses first, then a batch of messages.</summary>
    /// <returns>The position of the first message in <paramref name="batch"/>.</returns>
    public long Lease(Session session, in LeaseLimits limits, List<MailboxEntry> batch)
    {
        lock (_gate)
            return ReferenceEquals(_session, session) ? Mailbox.Lease(limits, batch) : 0;
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

    /// <summary>The next of this peer's own losses to tell, or null.</summary>
    public DropReport? NextReport(Session session)
    {
        // A replaced connection must not take what its successor is to be told.
        lock (_gate)
            return ReferenceEquals(_session, session) ? reports.Next() : null;
    }

    /// <summary>How many messages were lost in front of the mailbox, and the position of the last of them.</summary>
    public (long Count, long Sequence) Lost(Session session)
    {
        lock (_gate)
            return ReferenceEquals(_session, session) ? (Mailbox.Lost, Mailbox.Acknowledged + Mailbox.Lost) : default;
    }

    /// <returns>False if the session acknowledges what it was never given.</returns>
    public bool Acknowledge(Session session, long sequence, long report)
    {
        lock (_gate)
        {
            // A replaced connection's late acknowledgement: its lease is over, and the successor has its own.
            if (!ReferenceEquals(_session, session))
                return true;

            reports.Acknowledge(report);
            if (!Mailbox.Acknowledge(sequence, _changes))
                return false;

            CarryOut(AnswerKind.Accepted);
        }

        session.Wake();
        return true;
    }

    public void ForgetWaiting(Session sender)
    {
        lock (_gate)
            _mailbox?.ForgetWaiting(sender);
    }

    public void Expire()
    {
        lock (_gate)
        {
            _mailbox?.Expire(_changes);
            CarryOut(AnswerKind.Queued);
        }

        reports.Expire(directory.Options.ReportTimeToLive);
    }

    /// <summary>Ends this object if nothing would be forgotten with it.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            if (_retired)
                return true;
            if (_session is not null || _mailbox?.IsIdle(directory.Options.ReportTimeToLive) == false)
                return false;

            // Before anybody can see this peer, or its reports, as retired and make the next one. If it stays after all,
            // some positions are left out, and nobody misses them.
            if (_mailbox is not null)
                directory.RememberLast(_mailbox.Last);
            return _retired = reports.TryRetire();
        }
    }

    private void CarryOut(AnswerKind answer)
    {
        foreach (var (sender, number) in _changes.Accepted)
            ((Session)sender).Answer(number, answer);
        foreach (var (entry, reason) in _changes.Dropped)
            directory.Report(entry.Sender, id, entry.Id, reason);

        // Once for each absence: a flood into a full mailbox must not flood the log as well.
        if (_changes.Dropped is [var (_, first), ..] && Mailbox.Lost == _changes.Dropped.Count)
            directory.Logger.Losing(id, first);

        if (_changes.Accepted.Count > 0)
            _session?.Wake();
        _changes.Clear();
    }
}
