using BenchmarkDotNet.Attributes;
using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Benchmarks.Micro;

/// <summary>What does a message cost to keep: taken, leased and acknowledged, alone or in batches?</summary>
public class MailboxBenchmarks
{
    private const int Messages = 128;

    private static readonly LeaseLimits NoLimits = new(Messages, long.MaxValue, Messages, long.MaxValue);

    private readonly byte[] _payload = new byte[256];
    private readonly PeerId _sender = PeerId.Parse("alice");
    private readonly MailboxChanges _changes = new();
    private readonly MessageId[] _ids = new MessageId[Messages];
    private readonly Mailbox _mailbox = new(
        new MailboxCommons(1000, TimeSpan.FromHours(1), new MailboxBudget(long.MaxValue), new SenderTotals(), default, TimeProvider.System),
        owner: null!, isStranger: false, acknowledged: 0);

    [Params(1, 16, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Attend() => _mailbox.Attend(0, _changes);

    [Benchmark(OperationsPerInvoke = Messages)]
    public long TakeLeaseAndAcknowledge()
    {
        for (var i = 0; i < Messages; i++)
            _ids[i] = MessageId.New();

        for (var from = 0; from < Messages; from += Batch)
        {
            for (var i = from; i < from + Batch; i++)
                _mailbox.Append(new MailboxEntry(_sender, _ids[i], _payload, 0), default, _changes);
            _mailbox.Lease(NoLimits, out var first);
            _mailbox.Acknowledge(first + Batch - 1, [], _changes);
        }

        return _mailbox.Last;
    }
}
