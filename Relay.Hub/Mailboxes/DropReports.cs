using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>What a sender is still to be told: which of its accepted messages were lost. Kept until it acknowledges.</summary>
/// <remarks>
/// Any thread; the lock is taken inside the locks of other peers' mailboxes. That is on purpose: a loss is
/// reported under the same lock under which the message left its mailbox, so a sender that repeats the message finds
/// either the message or the report, and a lost message can never come back behind its successors.
/// </remarks>
/// <param name="ids">The ids of all senders. Where there is no room for one more, only how many were lost is known.</param>
/// <param name="last">The number that the first report comes behind: no sender is told two by one number in an epoch, or the second would pass for the first told again.</param>
internal sealed class DropReports(ReportedIds ids, TimeProvider time, long last = 0)
{
    /// <summary>Ids kept for one sender. Beyond it only the number of lost messages is known.</summary>
    public const int MaxIds = 4096;

    /// <summary>Ids in one report: 16 KiB on the wire at the most.</summary>
    private const int MaxIdsInReport = 512;

    /// <summary>
    /// Reports told on one connection and not acknowledged. Above it further losses grow the newest report, instead of
    /// one more report each: a sender that causes losses and acknowledges none must not fill the memory with reports.
    /// </summary>
    public const int MaxTold = 64;

    /// <summary>Reports that take none: those of a peer that retired without any.</summary>
    public static DropReports Retired { get; } = new(new ReportedIds(0), TimeProvider.System) { _retired = true };

    private readonly Lock _gate = new();
    private Fifo<DropReport> _reports = new();
    private HashSet<(PeerId, MessageId)> _lost = new(SenderAndId.Comparer);
    private long _last = last;
    private long _lastTold;
    private int _sent;
    private bool _retired;

    /// <summary>Its place among those that have about as many ids; the lock of <see cref="ReportedIds"/> guards it.</summary>
    public LinkedListNode<DropReports> Place => field ??= new(this);

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _reports.Count == 0;
        }
    }

    /// <summary>The number of the newest report there was.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <param name="isOnlyCounted">Whether there was no room for the id.</param>
    /// <returns>False when retired: the sender's peer must be looked up again.</returns>
    public bool TryAdd(PeerId recipient, MessageId id, DropReason reason, out bool isOnlyCounted)
    {
        isOnlyCounted = false;
        lock (_gate)
        {
            if (_retired)
                return false;

            var known = _lost.Count < MaxIds && !ids.IsFull;
            var report = ReportFor(known ? recipient : null, reason);
            report.Count++;
            isOnlyCounted = !known;
            if (known && _lost.Add((recipient, id)))
            {
                report.Ids.Add(id);
                ids.Change(this, _lost.Count - 1, _lost.Count);
            }

            return true;
        }
    }

    /// <summary>Whether this message is known to be lost and the sender has not acknowledged it.</summary>
    public bool Contains(PeerId recipient, MessageId id)
    {
        lock (_gate)
            return _lost.Count > 0 && _lost.Contains((recipient, id));
    }

    /// <summary>A new connection: everything not acknowledged is to be told again.</summary>
    public void Restart()
    {
        lock (_gate)
            _sent = 0;
    }

    /// <summary>The next report to send; null when there is none, or too many are unacknowledged. It does not change any more.</summary>
    public DropReport? Next()
    {
        lock (_gate)
        {
            if (_sent == _reports.Count || _sent == MaxTold)
                return null;

            var report = _reports[_sent++];
            _lastTold = Math.Max(_lastTold, report.Number);
            return report;
        }
    }

    public void Acknowledge(long number)
    {
        lock (_gate)
        {
            // Never beyond what this connection was told: an acknowledgement of the unsent would silence it.
            while (_sent > 0 && _reports[0].Number <= number)
            {
                Forget();
                _sent--;
            }
        }
    }

    /// <summary>Forgets which messages were lost, for others that need the room, and not how many.</summary>
    /// <remarks>All at once, and with the arrays they were in: what is left must not take more than it is charged.</remarks>
    public void ForgetIds()
    {
        lock (_gate)
        {
            var reports = _reports;
            _reports = new();
            while (reports.Count > 0)
            {
                // One that was told keeps its number: a client knows it by that, and the pump may still be reading the old one.
                var report = reports.Dequeue();
                var rest = report.Number > _lastTold && _reports.Count > 0 && _reports[_reports.Count - 1] is { } newest && newest.Number > _lastTold ? newest : null;
                if (rest is null)
                    _reports.Enqueue(rest = new DropReport(report.Number, null, report.Reason, report.CreatedAt));
                rest.Count += report.Count;
            }

            ids.Change(this, _lost.Count, 0);
            _lost = new(SenderAndId.Comparer);
        }
    }

    /// <summary>Forgets all that was not told. Only the relay's want of room is a reason.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            while (_reports.Count > 0)
                Forget();
            _sent = 0;
        }
    }

    /// <returns>Whether something was not told in time, and will not be.</returns>
    public bool Expire(TimeSpan timeToLive)
    {
        lock (_gate)
        {
            var before = _reports.Count;
            while (_reports.Count > 0 && time.GetElapsedTime(_reports[0].CreatedAt) >= timeToLive)
            {
                Forget();
                _sent = Math.Max(0, _sent - 1);
            }

            return _reports.Count < before;
        }
    }

    /// <summary>Ends this object if there is nothing left to tell.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            _retired |= _reports.Count == 0;
            return _retired;
        }
    }

    private DropReport ReportFor(PeerId? recipient, DropReason reason)
    {
        if (_reports.Count > 0)
        {
            // Only one that was never told may still grow, not even on an earlier connection: that one's pump may still be
            // reading it, and a client may know a report by its number.
            var newest = _reports[_reports.Count - 1];
            var fits = newest.Recipient == recipient && (newest.Reason == reason || recipient is null) && newest.Ids.Count < MaxIdsInReport;
            if (fits && newest.Number > _lastTold)
                return newest;
        }

        var report = new DropReport(++_last, recipient, reason, time.GetTimestamp());
        _reports.Enqueue(report);
        return report;
    }

    private void Forget()
    {
        var (report, before) = (_reports.Dequeue(), _lost.Count);
        foreach (var id in report.Ids)
            _lost.Remove((report.Recipient!.Value, id));
        if (_lost.Count < before)
            ids.Change(this, before, _lost.Count);
    }
}
