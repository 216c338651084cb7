using Client.Transport;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>All that one peer's application did and was told. Its lock guards also what its messages were told.</summary>
internal sealed class PeerHistory
{
    private readonly Lock _gate = new();
    private readonly List<SentMessage> _sent = [];
    private readonly List<Receipt> _received = [];
    private readonly List<(long At, string What)> _diary = [];
    private readonly HashSet<MessageId> _late = [];

    /// <summary>How often it was told that a relay has forgotten everything.</summary>
    public int Restarts { get; private set; }

    /// <summary>How many messages for it, it was told, were lost.</summary>
    public long Missed { get; private set; }

    /// <summary>How many transports it has had, one after the other.</summary>
    public int Lives { get; set; }

    /// <summary>How many of its own messages it was told are lost, without their ids.</summary>
    public long LostWithoutIds { get; private set; }

    /// <summary>What it has sent so far, in order.</summary>
    public IReadOnlyList<SentMessage> Sent
    {
        get
        {
            lock (_gate)
                return [.. _sent];
        }
    }

    /// <summary>What its application got so far, in order.</summary>
    public IReadOnlyList<Receipt> Received
    {
        get
        {
            lock (_gate)
                return [.. _received];
        }
    }

    /// <summary>What its transports were told of connections and losses, to see how a fault came about. In order.</summary>
    public IReadOnlyList<(long At, string What)> Diary
    {
        get
        {
            lock (_gate)
                return [.. _diary];
        }
    }

    /// <summary>Whether all of these have come, looked for among the newest.</summary>
    public bool HasReceived(IEnumerable<SentMessage> messages)
    {
        var missing = messages.ToHashSet();
        lock (_gate)
        {
            for (var i = _received.Count - 1; i >= 0 && missing.Count > 0; i--)
            {
                if (_received[i].Message is { } message)
                    missing.Remove(message);
            }
        }

        return missing.Count == 0;
    }

    /// <summary>Whether it was told, by name, that this message for it came too late.</summary>
    public bool WasToldLate(SentMessage message)
    {
        lock (_gate)
            return _late.Contains(message.Id);
    }

    /// <summary>Whether it was told that this message of its own is lost, or that nobody answers for it.</summary>
    public bool WasToldOfEnd(SentMessage message)
    {
        lock (_gate)
            return message.Reported is not null || message.Outcome is SendOutcome.Refused or SendOutcome.GivenUp;
    }

    public void Add(SentMessage message)
    {
        lock (_gate)
            _sent.Add(message);
    }

    /// <summary>Writes into the diary, with the present time.</summary>
    public void Note(string what)
    {
        lock (_gate)
            _diary.Add((TimeProvider.System.GetTimestamp(), what));
    }

    public void Add(Receipt receipt)
    {
        lock (_gate)
            _received.Add(receipt);
    }

    public void Settle(SentMessage message, SendOutcome outcome)
    {
        lock (_gate)
        {
            message.RestartsKnown = Restarts;
            message.Outcome = outcome;
            message.AnsweredAt = TimeProvider.System.GetTimestamp();
        }
    }

    /// <summary>Takes a report of losses.</summary>
    /// <param name="lost">The messages it names.</param>
    public void Report(LossReport report, IEnumerable<SentMessage> lost)
    {
        lock (_gate)
        {
            if (report is { Direction: LossDirection.Received, Reason: LossReason.Late })
                _late.UnionWith(report.Ids);
            else if (report.Direction == LossDirection.Received)
                Missed += report.Count;
            else if (report.Reason == LossReason.RelayRestarted)
                Restarts++;
            else if (report.Ids.Count == 0)
                LostWithoutIds += report.Count;

            foreach (var message in lost)
                message.Reported ??= report.Reason;
        }
    }
}
