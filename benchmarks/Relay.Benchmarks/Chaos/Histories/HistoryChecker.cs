using Client.Transport;

namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>Holds a history against the promise: accepted means delivered in order, exactly once, or reported as lost.</summary>
/// <remarks>
/// What exactly is promised, with where it is written:
/// <list type="bullet">
/// <item>Order holds between one sender and one recipient (<c>ITransport</c>). A gap is no disorder.</item>
/// <item>A transport gives its application a message once. The next transport of the same peer brings again what the one before
/// had not acknowledged to the relay; an application knows it by sender and id (protocol.md, Receiving).</item>
/// <item>A loss by eviction or expiry is told to the sender with the ids, or, of very many, with their number, and to the recipient
/// with their number; what came too late is told to both with the ids (protocol.md, Losses).</item>
/// <item>That number is exact. Which messages they are the recipient cannot know, so it is held against those that did not arrive: not fewer
/// than the senders were told of by name, and not more than there are; where no relay restarted, both are the same. The next transport of a peer does
/// not know what the one before had received or was told, so it may be told of more.</item>
/// <item>What a relay held when its process ended is lost. Its clients are told that, not which messages it held: whoever had
/// messages accepted before that report does not know whether they have arrived (protocol.md, Epochs).</item>
/// <item>A message that was refused or given up may have arrived nevertheless, and need not have.</item>
/// </list>
/// </remarks>
internal sealed class HistoryChecker
{
    private readonly History _history;
    private readonly List<Fault> _faults = [];
    private readonly HashSet<SentMessage> _arrived = [];
    private readonly List<TimeSpan> _latencies = [];
    private readonly Dictionary<LossReason, int> _reported = [];

    // What is missing at each recipient, and why it was to be told: the relay had the message and lost it while it went on to run.
    private readonly List<SentMessage>[] _missing;
    private readonly List<SentMessage> _untold = [];

    // All that did not arrive at each recipient.
    private readonly int[] _absent;
    private int _repeats;

    private HistoryChecker(History history) =>
        (_history, _missing, _absent) = (history, [.. history.Peers.Select(_ => new List<SentMessage>())], new int[history.Peers.Count]);

    public static Verdict Check(History history)
    {
        var checker = new HistoryChecker(history);
        var sent = history.Peers.Select(peer => peer.Sent).ToArray();
        for (var peer = 0; peer < sent.Length; peer++)
            checker.CheckReceived(peer);
        for (var peer = 0; peer < sent.Length; peer++)
            checker.CheckSent(peer, sent[peer]);
        checker.CheckRecipientsWereTold();

        int Of(SendOutcome outcome) => sent.Sum(messages => messages.Count(message => message.Outcome == outcome));
        checker._latencies.Sort();
        return new Verdict
        {
            Faults = checker._faults,
            Sent = sent.Sum(messages => messages.Count),
            Accepted = Of(SendOutcome.Accepted),
            Refused = Of(SendOutcome.Refused),
            GivenUp = Of(SendOutcome.GivenUp),
            Delivered = checker._arrived.Count,
            ReportedLost = checker._reported,
            RepeatedAfterTakeover = checker._repeats,
            Latencies = checker._latencies,
        };
    }

    private void CheckReceived(int peer)
    {
        var byLife = new HashSet<(SentMessage, int)>();
        var last = new Dictionary<int, SentMessage>();
        foreach (var (message, life, isIntact, at) in _history.Peers[peer].Received)
        {
            if (message is null || message.To != peer || !isIntact)
            {
                _faults.Add(new Fault(FaultKind.Changed, message, peer));
                continue;
            }

            if (!byLife.Add((message, life)))
            {
                _faults.Add(new Fault(FaultKind.Duplicated, message, peer));
            }
            else if (!_arrived.Add(message))
            {
                _repeats++;
            }
            else
            {
                _latencies.Add(TimeProvider.System.GetElapsedTime(message.SentAt, at));
                if (last.GetValueOrDefault(message.From) is { } before && message.Number < before.Number)
                    _faults.Add(new Fault(FaultKind.Reordered, message, peer, at, before));
                else
                    last[message.From] = message;
            }
        }
    }

    private void CheckSent(int peer, IReadOnlyList<SentMessage> sent)
    {
        var history = _history.Peers[peer];
        var withoutIds = history.LostWithoutIds;
        foreach (var message in sent)
        {
            if (message.Outcome == SendOutcome.Unknown)
                _faults.Add(new Fault(FaultKind.Unanswered, message, peer));
            if (_arrived.Contains(message))
                continue;
            _absent[message.To]++;
            if (message.Outcome != SendOutcome.Accepted)
                continue;

            if (message.Reported is { } reason)
            {
                CountReported(reason);
                if (message.RestartsKnown == history.Restarts && !_history.Peers[message.To].WasToldLate(message))
                    _missing[message.To].Add(message);
            }
            else if (message.RestartsKnown < history.Restarts)
            {
                CountReported(LossReason.RelayRestarted);
            }
            else if (withoutIds > 0)
            {
                withoutIds--;
                CountReported(LossReason.Unknown);
                _missing[message.To].Add(message);
            }
            else
            {
                _untold.Add(message);
            }
        }
    }

    private void CountReported(LossReason reason) => _reported[reason] = _reported.GetValueOrDefault(reason) + 1;

    /// <summary>A recipient is told how many are lost, not which: no fewer and no more.</summary>
    private void CheckRecipientsWereTold()
    {
        var left = _history.Peers.Select((peer, number) => peer.Missed - _missing[number].Count).ToArray();
        for (var peer = 0; peer < left.Length; peer++)
        {
            for (var i = left[peer]; i < 0; i++)
                _faults.Add(new Fault(FaultKind.UnreportedToRecipient, _missing[peer][(int)-i - 1], peer));
            if (_history.Peers[peer].Lives <= 1 && _history.Peers[peer].Missed > _absent[peer])
                _faults.Add(new Fault(FaultKind.Overreported, null, peer));
        }

        foreach (var message in _untold)
            _faults.Add(new Fault(left[message.To]-- > 0 ? FaultKind.UnreportedToSender : FaultKind.Lost, message, message.From));
    }
}
