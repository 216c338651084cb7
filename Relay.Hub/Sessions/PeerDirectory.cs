using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;
using Relay.Hub.Observability;

namespace Relay.Hub.Sessions;

/// <summary>All peers that are connected or have something waiting. Everybody else costs nothing.</summary>
internal sealed class PeerDirectory(IOptions<RelayOptions> options, TimeProvider time, RelayMetrics metrics, ILogger<RelayHub> logger)
{
    /// <summary>
    /// Mailboxes from which is evicted for one message, at the most: it need not pay for what very many small ones of others cost. Each
    /// of an invented PeerId frees a kilobyte, so a message of 64 KiB finds room in far fewer.
    /// </summary>
    private const int MaxEvictedFrom = 256;

    /// <summary>How often room is made for one message, or one peer, before it is refused: others can be faster and take it.</summary>
    public const int MaxTries = 4;

    // By the PeerIds' texts, as they come off the wire.
    private readonly ConcurrentDictionary<string, Peer> _peers = new(StringComparer.Ordinal);
    private readonly MailboxBudget _budget = new(options.Value.MailboxesBytes);

    private readonly Absentees _absentees = new(MaxAbsentees(options.Value));

    // Senders that are away and lost something: whether they are absentees is looked at when no lock is held.
    private readonly ConcurrentQueue<Peer> _reported = new();

    // Their own, on top: out of the mailboxes' a loss would take more than it frees, and reports nobody comes for would fill the relay.
    private readonly ReportedIds _reportedIds = new(MaxReportedBytes(options.Value));
    private readonly SenderTotals _totals = new();
    private readonly KnownPeers _known = new();
    private readonly Tally _limits = new(time);

    // Once, and not for each message that is lost.
    private readonly string[] _losing = [.. Enum.GetValues<LossCause>().Select(cause => LimitWords.Losing(cause, options.Value))];
    private MailboxCommons? _commons;

    // A position is never used twice in an epoch, or a client that comes back could take a new message for an old one.
    // So a mailbox starts behind every position that any forgotten mailbox ever had.
    private long _lastForgotten;

    // The same for the numbers of reports.
    private long _lastForgottenReport;

    /// <summary>How many <see cref="Absentees"/> there may be: an eighth of the budget's worth, beside it.</summary>
    public static long MaxAbsentees(RelayOptions options) => options.MailboxesBytes / 8 / Peer.Overhead;

    /// <summary>What <see cref="ReportedIds"/> may take: a quarter of the budget's worth, beside it.</summary>
    public static long MaxReportedBytes(RelayOptions options) => options.MailboxesBytes / 4;

    public ILogger Logger => logger;

    public RelayMetrics Metrics => metrics;

    public RelayOptions Options => options.Value;

    /// <summary>New in every process: what was in memory before is lost, and clients can tell.</summary>
    public string Epoch { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public MailboxBudget Budget => _budget;

    public int Count => _peers.Count;

    /// <param name="id">The text of a PeerId, or any other, by which nobody is known.</param>
    public Peer? Find(string id) => _peers.GetValueOrDefault(id);

    /// <summary>The peer of this id, new if need be.</summary>
    /// <param name="always">Even over the budget: for connected peers, which <see cref="RelayOptions.MaxPeers"/> bounds. Else never under a lock.</param>
    /// <returns>Null if it is new and the budget has no room for it, and none can be made.</returns>
    public Peer? GetOrAdd(PeerId id, bool always = false) => Find(id.Value) ?? Add(id, always);

    /// <summary>Whether the peer has a connection now.</summary>
    public bool IsConnected(PeerId id) => Find(id.Value)?.Session is not null;

    /// <summary>Remembers for a sender that a message of its was lost.</summary>
    public void Report(PeerId sender, PeerId recipient, MessageId id, DropReason reason)
    {
        while (true)
        {
            // Even over the budget, for the moment until it is an absentee.
            var peer = GetOrAdd(sender, always: true)!;

            // Whoever has lost the most is told how many, so that others are told which. Itself, if it has: what it lost now is counted.
            if (_reportedIds.IsFull && _reportedIds.Heaviest() is { } heaviest && heaviest != peer.Reports)
            {
                heaviest.ForgetIds();
                SayLimited(LimitWords.TooManyLostIds(Options));
            }

            if (peer.Reports.TryAdd(recipient, id, reason, out var isOnlyCounted))
            {
                if (isOnlyCounted)
                    SayLimited(_reportedIds.IsFull ? LimitWords.TooManyLostIds(Options) : LimitWords.TooManyLostIdsOfOne);
                if (peer.Session is { } session)
                    session.Wake();
                else
                    _reported.Enqueue(peer);
                return;
            }

            Forget(peer);
        }
    }

    /// <summary>Removes a peer with which nothing would be forgotten. Any other stays. Never under a lock.</summary>
    public void Release(Peer peer)
    {
        if (peer.TryRetire())
            Forget(peer);
        Settle();
    }

    /// <summary>Makes absentees of senders that are only to be told of losses, and forgets those absentees for which there is no room. Never under a lock.</summary>
    public void Settle()
    {
        while (_reported.TryDequeue(out var peer))
        {
            if (peer.TryRetire())
                Forget(peer);
        }

        while (_absentees.Surplus() is { } peer)
        {
            if (!peer.TryAbandon(out var forgetsLosses))
                continue;

            Forget(peer);
            if (forgetsLosses)
                SayLimited(LimitWords.TooManyAbsentees(Options));
        }
    }

    /// <summary>A peer is only there to be told something from now on: it is charged to no budget. Under its lock.</summary>
    public void Remember(Peer peer, AbsenteeKind kind)
    {
        if (!peer.IsAbsentee)
            _budget.Return(Peer.Overhead);
        _absentees.Put(peer, kind);
    }

    /// <summary>Somebody has come, or a message for it. Under its lock.</summary>
    public void Recall(Peer peer)
    {
        _absentees.Remove(peer);
        _budget.Take(Peer.Overhead);
    }

    /// <summary>Frees room in the budget, by evicting from whoever has the most in mailboxes of peers that are away. Never under a lock.</summary>
    /// <returns>Whether there is room for so many bytes, if nobody else takes it.</returns>
    public bool MakeRoom(long bytes)
    {
        Settle();
        for (var mailboxes = 0; _budget.Missing(bytes) is > 0 and var missing; mailboxes++)
        {
            if (_limits.Count(nameof(RelayLog.Full)) > 0)
                logger.Full(Options.MailboxesBytes);
            if (mailboxes == MaxEvictedFrom || _totals.Heaviest() is not var (owner, sender))
                return false;

            owner.Evict(sender, missing);
        }

        return true;
    }

    /// <summary>Which limit it is that mailboxes lose messages to, for the log.</summary>
    public string Losing(LossCause cause) => _losing[(int)cause];

    /// <summary>Says that a limit of mailboxes has come into force, as often as once a minute.</summary>
    public void SayLimited(string limit)
    {
        if (_limits.Count(limit) is > 0 and var count)
            logger.MailboxLimited(count, limit);
    }

    /// <summary>Remembers that somebody has registered.</summary>
    public void Know(PeerId id)
    {
        if (_known.Add(id))
            SayLimited(LimitWords.TooManyKnown(_known.Generation, Options));
    }

    /// <summary>Lets expire what is too old.</summary>
    public void Sweep()
    {
        foreach (var (_, peer) in _peers)
        {
            peer.Expire();
            Release(peer);
        }
    }

    /// <summary>Takes a retired peer out. Whoever meets it first does it, so that nobody has to wait for anybody.</summary>
    public void Forget(Peer peer)
    {
        if (peer.IsAbsentee)
            _absentees.Remove(peer);
        if (_peers.TryRemove(KeyValuePair.Create(peer.Id.Value, peer)) && !peer.IsAbsentee)
            _budget.Return(Peer.Overhead);
    }

    private MailboxCommons Commons => _commons ??= new(
        Options.MailboxMessages, Options.MailboxTimeToLive, _budget, _totals, new(Options.StrangerMailboxBytes, Options.StrangerBytesPerSender), time);

    private Peer? Add(PeerId id, bool always)
    {
        if (always)
            _budget.Take(Peer.Overhead);
        else if (!TryTakeOverhead())
            return null;

        var added = new Peer(id, this);
        var peer = _peers.GetOrAdd(id.Value, added);
        if (!ReferenceEquals(peer, added))
            _budget.Return(Peer.Overhead);
        return peer;
    }

    private bool TryTakeOverhead()
    {
        for (var tries = 0; !_budget.TryTake(Peer.Overhead); tries++)
        {
            if (tries == MaxTries || !MakeRoom(Peer.Overhead))
                return false;
        }

        return true;
    }

    public Mailbox NewMailbox(Peer peer) => new(Commons, peer, !_known.Contains(peer.Id), Interlocked.Read(ref _lastForgotten));

    public DropReports NewReports() => new(_reportedIds, time, Interlocked.Read(ref _lastForgottenReport));

    public SendRate NewSendRate() => new(Options, time);

    public void RememberLast(long last) => Raise(ref _lastForgotten, last);

    public void RememberLastReport(long last) => Raise(ref _lastForgottenReport, last);

    private static void Raise(ref long highest, long last)
    {
        for (var seen = Interlocked.Read(ref highest); seen < last;)
        {
            var before = Interlocked.CompareExchange(ref highest, last, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
