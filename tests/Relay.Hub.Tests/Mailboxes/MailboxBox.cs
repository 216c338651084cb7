using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>A mailbox on a clock that stands still, with one-line calls. Messages are known by their one-byte payload.</summary>
internal sealed class MailboxBox : IMailboxOwner
{
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);
    private static readonly LeaseLimits Wide = new(BatchMessages: 128, BatchBytes: 1 << 20, WindowMessages: 256, WindowBytes: 1 << 20);

    public MailboxBox(int capacity = 1000, long budget = 1 << 20, long acknowledged = 0)
    {
        Budget = new MailboxBudget(budget);
        Box = new Mailbox(new MailboxCommons(capacity, TimeToLive, Budget, Totals, default, Time), this, isStranger: false, acknowledged);
    }

    public static PeerId Alice { get; } = PeerId.Parse("alice");

    public FakeTimeProvider Time { get; } = new();

    public MailboxBudget Budget { get; }

    public SenderTotals Totals { get; } = new();

    public Mailbox Box { get; }

    public MailboxChanges Changes { get; } = new();

    public TestSender Sender { get; } = new();

    /// <summary>The payloads of what was dropped since <see cref="MailboxChanges.Clear"/>.</summary>
    public IEnumerable<byte> Dropped => Changes.Dropped.Select(one => one.Entry.Payload.Span[0]);

    public static MessageId IdOf(byte payload, byte sender = 0) => new(new Guid(payload + 1, sender, 0, new byte[8]));

    public MailboxEntry Entry(byte payload, PeerId? sender = null, int length = 1) =>
        new(sender ?? Alice, IdOf(payload), PayloadOf(payload, length), Time.GetTimestamp());

    /// <summary>Appends messages of somebody one after the other.</summary>
    public AppendOutcome AppendFrom(string sender, params byte[] payloads)
    {
        var outcome = AppendOutcome.Queued;
        foreach (var payload in payloads)
            outcome = Box.Append(Entry(payload, PeerId.Parse(sender)), new SendTicket(Sender, payload), Changes);
        return outcome;
    }

    /// <summary>Appends messages one after the other.</summary>
    /// <returns>The outcome of the last.</returns>
    public AppendOutcome Append(params byte[] payloads)
    {
        var outcome = AppendOutcome.Queued;
        foreach (var payload in payloads)
            outcome = Box.Append(Entry(payload), new SendTicket(Sender, payload), Changes);
        return outcome;
    }

    /// <summary>Appends messages that were sent before, one after the other.</summary>
    public void AppendRepeats(params byte[] payloads)
    {
        foreach (var payload in payloads)
            Box.Append(Entry(payload) with { Repeat = true }, new SendTicket(Sender, payload), Changes);
    }

    public AppendOutcome AppendLarge(byte payload, int length) =>
        Box.Append(Entry(payload, length: length), new SendTicket(Sender, payload), Changes);

    public long Evict(PeerId sender, long bytes) => Box.Evict(sender, bytes, Changes);

    public void Attend(long resumeFrom = 0) => Box.Attend(resumeFrom, Changes);

    public void Leave() => Box.Leave(Changes);

    public bool Acknowledge(long sequence, params NumberRange[] late) => Box.Acknowledge(sequence, late, Changes);

    public void Expire() => Box.Expire(Changes);

    /// <summary>All that a recipient that acknowledges nothing is told: payloads, and in their places how many were lost, as in "1 2 (3 up to 5) 6".</summary>
    public string Story()
    {
        var story = new List<string>();
        while (true)
        {
            var lost = Box.NextGap(out var last);
            if (lost > 0)
                story.Add($"({lost} up to {last})");
            var batch = Box.Lease(Wide, out _);
            story.AddRange(batch.Select(message => $"{message.Payload.Span[0]}"));
            if (lost == 0 && batch.Length == 0)
                return string.Join(' ', story);
        }
    }

    /// <summary>Leases the next batch, behind the gap in front of it if there is one, and returns its payloads.</summary>
    public byte[] Lease(LeaseLimits? limits = null) => Lease(limits, out _);

    /// <summary>Leases the next batch and returns it with its position, as in "at 3: 7, 8".</summary>
    public string LeaseAt(LeaseLimits? limits = null)
    {
        var payloads = Lease(limits, out var first);
        return $"at {first}: {string.Join(", ", payloads)}";
    }

    private byte[] Lease(LeaseLimits? limits, out long first)
    {
        Box.NextGap(out _);
        var batch = Box.Lease(limits ?? Wide, out first);
        return [.. batch.Select(message => message.Payload.Span[0])];
    }

    private static byte[] PayloadOf(byte payload, int length)
    {
        var bytes = new byte[length];
        bytes[0] = payload;
        return bytes;
    }
}
