using System.Diagnostics.Metrics;
using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Observability;

/// <summary>What the relay has done since it started, counted; published by the meter <see cref="MeterName"/>.</summary>
/// <remarks>
/// Any thread. Called once for a batch and not for each message of it. Nothing is allocated, and counting costs the same whether
/// anybody listens or not: the totals are ours, and listeners and the status page read them when they want to know. No PeerId goes in here, so none
/// can come out as a label.
/// </remarks>
internal sealed class RelayMetrics
{
    public const string MeterName = "TermChat.Relay";

    /// <summary>Highest <see cref="ErrorCode"/> that is counted by its name. What applications invent above it counts as one.</summary>
    private const int MaxCode = 255;

    private static readonly KeyValuePair<string, object?> Relay = new("direction", "relay");
    private static readonly KeyValuePair<string, object?> Deliver = new("direction", "deliver");

    private static readonly KeyValuePair<string, object?> Evicted = new("reason", nameof(DropReason.Evicted));
    private static readonly KeyValuePair<string, object?> Expired = new("reason", nameof(DropReason.Expired));
    private static readonly KeyValuePair<string, object?> Late = new("reason", nameof(DropReason.Late));

    // Made once: a label must not cost a string each time somebody looks.
    private static readonly KeyValuePair<string, object?>[] Reasons =
        [.. Enumerable.Range(0, MaxCode + 1).Select(code => new KeyValuePair<string, object?>("reason", NameOf((ErrorCode)code)))];

    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _acknowledgementLatency;
    private readonly long[] _refused = new long[MaxCode + 1];
    private Total _accepted;
    private Total _acceptedBytes;
    private Total _delivered;
    private Total _redelivered;
    private Total _acknowledged;
    private Total _evicted;
    private Total _expired;
    private Total _late;
    private Total _stalls;
    private Total _registrations;
    private Total _takeovers;

    public RelayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        Counter("termchat.relay.messages.accepted", () => _accepted.Value, "{message}", "Messages taken into a mailbox");
        Counter("termchat.relay.payload.accepted", () => _acceptedBytes.Value, "By", "Bytes of payload taken into a mailbox");
        Counter("termchat.relay.messages.delivered", () => _delivered.Value, "{message}", "Messages sent to their recipients, repeats included");
        Counter("termchat.relay.messages.redelivered", () => _redelivered.Value, "{message}", "Messages sent again, on a later connection");
        Counter("termchat.relay.messages.acknowledged", () => _acknowledged.Value, "{message}", "Messages that left their mailbox because their recipient has them");
        meter.CreateObservableCounter(
            "termchat.relay.messages.dropped", () => new Measurement<long>[] { new(_evicted.Value, Evicted), new(_expired.Value, Expired), new(_late.Value, Late) },
            "{message}", "Accepted messages that were lost; sender and recipient are told");
        meter.CreateObservableCounter("termchat.relay.refusals", Refusals, "{refusal}", "Errors sent to clients, or meant for them, by their code");
        Counter("termchat.relay.credit.stalls", () => _stalls.Value, "{stall}", "Times a delivery had to wait because its recipient acknowledged too little");
        Counter("termchat.relay.registrations", () => _registrations.Value, "{registration}", "Registrations that succeeded");
        Counter("termchat.relay.takeovers", () => _takeovers.Value, "{takeover}", "Registrations that replaced an earlier connection of the same peer");

        _batches = meter.CreateHistogram(
            "termchat.relay.batch.size", "{message}", "Messages in one Relay or Deliver call",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, RelayOptions.MaxBatchMessages] });
        _acknowledgementLatency = meter.CreateHistogram(
            "termchat.relay.acknowledgement.latency", "s", "From a delivery to its acknowledgement, one at a time for each connection",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] });

        void Counter(string name, Func<long> value, string unit, string description) =>
            meter.CreateObservableCounter(name, value, unit, description);
    }

    public long AcceptedMessages => _accepted.Value;

    public long AcceptedBytes => _acceptedBytes.Value;

    public long DeliveredMessages => _delivered.Value;

    public long RedeliveredMessages => _redelivered.Value;

    public long AcknowledgedMessages => _acknowledged.Value;

    public long EvictedMessages => _evicted.Value;

    public long ExpiredMessages => _expired.Value;

    public long LateMessages => _late.Value;

    public long CreditStalls => _stalls.Value;

    public long Registrations => _registrations.Value;

    public long Takeovers => _takeovers.Value;

    public long AllRefusals
    {
        get
        {
            long all = 0;
            for (var code = 0; code < _refused.Length; code++)
                all += Volatile.Read(ref _refused[code]);
            return all;
        }
    }

    /// <summary>Messages in all mailboxes: what came in and did not go out by either door.</summary>
    public long MailboxMessages => Math.Max(0, _accepted.Value - _acknowledged.Value - _evicted.Value - _expired.Value - _late.Value);

    /// <summary>A <c>Relay</c> call came in.</summary>
    public void BatchRelayed(int messages) => _batches.Record(messages, Relay);

    /// <summary>Messages came into a mailbox, or left it. A repeat that is answered and not stored is neither.</summary>
    public void Count(MailboxChanges changes)
    {
        if (changes.Stored > 0)
        {
            _accepted.Add(changes.Stored);
            _acceptedBytes.Add(changes.StoredBytes);
        }

        if (changes.Settled > 0)
            _acknowledged.Add(changes.Settled);
        if (changes.Dropped.Count > 0)
            CountDropped(changes);
    }

    /// <summary>A <c>Deliver</c> call went out.</summary>
    /// <param name="again">How many of the messages an earlier connection was given already.</param>
    public void BatchDelivered(int messages, int again)
    {
        _delivered.Add(messages);
        if (again > 0)
            _redelivered.Add(again);
        _batches.Record(messages, Deliver);
    }

    public void AcknowledgementTook(TimeSpan time) => _acknowledgementLatency.Record(time.TotalSeconds);

    /// <summary>Errors went out.</summary>
    public void Refused(ErrorCode code, int times = 1) => Interlocked.Add(ref _refused[(int)code is > 0 and <= MaxCode ? (int)code : 0], times);

    /// <summary>There are messages for a recipient, and no credit to send them.</summary>
    public void Stalled() => _stalls.Add(1);

    public void Registered(bool tookOver)
    {
        _registrations.Add(1);
        if (tookOver)
            _takeovers.Add(1);
    }

    private void CountDropped(MailboxChanges changes)
    {
        var (expired, late) = (0, 0);
        foreach (var (_, cause) in changes.Dropped)
        {
            expired += cause == LossCause.Expired ? 1 : 0;
            late += cause == LossCause.Late ? 1 : 0;
        }

        _expired.Add(expired);
        _late.Add(late);
        _evicted.Add(changes.Dropped.Count - expired - late);
    }

    private IEnumerable<Measurement<long>> Refusals()
    {
        for (var code = 0; code < _refused.Length; code++)
        {
            if (Volatile.Read(ref _refused[code]) is > 0 and var times)
                yield return new Measurement<long>(times, Reasons[code]);
        }
    }

    private static string NameOf(ErrorCode code) => code != ErrorCode.None && Enum.IsDefined(code) ? code.ToString() : "Other";
}
