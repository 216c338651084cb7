using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>What the relay remembers is bounded too. When it forgets what still mattered, it says so: by which setting or fixed number, and where that is described.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    private const int Mailboxes = 2003;
    private const int Clients = 1018;

    private readonly LogVerifier _logs = new();

    private readonly TestRelay _relay;

    public MemoryLimitTests() => _relay = new(options => options.MailboxMessages = 1, logs: _logs);

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Losses_that_are_not_told_because_too_many_are_away()
    {
        var relay = new TestRelay(options => options.MailboxesBytes = 1 << 20, logs: _logs);
        for (var i = 0; i < 130; i++)
        {
            var once = await relay.Connect($"once-{i}");
            once.Send($"once-{i}", 1);
            await once.DisconnectAsync();
        }

        relay.Time.Advance(TimeSpan.FromHours(1));
        relay.Directory.Sweep();

        Says(Mailboxes, "More than 128 peers are away", "an eighth of Relay:MailboxesBytes, 1048576 bytes");
    }

    [Fact]
    public async Task Losses_that_are_not_told_because_their_sender_does_not_come()
    {
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        await alice.DisconnectAsync();
        _relay.Time.Advance(TimeSpan.FromHours(1));
        _relay.Directory.Sweep();
        Assert.DoesNotContain(_logs.Entries, entry => entry.Message.Contains("ReportTimeToLive", StringComparison.Ordinal));

        _relay.Time.Advance(TimeSpan.FromDays(1));
        _relay.Directory.Sweep();

        Says(Mailboxes, "not told of lost messages within 1.00:00:00 (Relay:ReportTimeToLive)");
    }

    [Fact]
    public async Task Losses_that_are_not_told_because_their_recipient_does_not_come()
    {
        await (await _relay.Connect("bob")).DisconnectAsync();
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        alice.Send("bob", 2);
        alice.Acknowledge(0, (await alice.Sees<Dropped>()).Report);
        var bob = await _relay.Connect("bob");
        await bob.Sees<Delivery>();
        bob.Acknowledge(0);
        await bob.DisconnectAsync();
        _relay.Time.Advance(TimeSpan.FromHours(1));
        _relay.Directory.Sweep();

        _relay.Time.Advance(TimeSpan.FromDays(1));
        _relay.Directory.Sweep();

        Says(Mailboxes, "not told of lost messages within 1.00:00:00 (Relay:ReportTimeToLive)");
    }

    [Fact]
    public async Task Ids_of_lost_messages_that_take_too_much_together()
    {
        var relay = new TestRelay(options => (options.MailboxesBytes, options.MailboxMessages) = (1 << 20, 1), logs: _logs);
        for (var sender = 0; sender < 2; sender++)
        {
            var alice = await relay.Connect($"alice-{sender}");
            for (var i = 0; i < 400; i++)
                alice.Send(alice.Reserve(1), New());
            await alice.DisconnectAsync();
        }

        Says(Mailboxes, "262144 bytes (a quarter of Relay:MailboxesBytes)");
    }

    [Fact]
    public async Task Ids_of_lost_messages_that_are_too_many_of_one()
    {
        var alice = await _relay.Connect("alice");
        for (var i = 0; i < DropReports.MaxIds + 2; i++)
            alice.Send(alice.Reserve(1), New());

        Says(Mailboxes, "more than 4096 messages", "no setting");
    }

    [Fact]
    public void PeerIds_that_were_here()
    {
        for (var i = 0; i < 500_000; i++)
            _relay.Directory.Know(PeerId.Parse($"peer{i}"));
        Assert.Empty(_logs.Entries);
        for (var i = 0; i < 500_000; i++)
            _relay.Directory.Know(PeerId.Parse($"more{i}"));

        Says(Mailboxes, "the last 500000 PeerIds", "Relay:StrangerMailboxBytes, 1048576", "Relay:StrangerBytesPerSender, 16777216", "no setting");
    }

    [Fact]
    public void Addresses_that_connected_within_a_minute()
    {
        for (var i = 0; i < 50_000; i++)
            Enter(0x0a000000 + i);
        Assert.Empty(_logs.Entries);
        for (var i = 50_000; i < 100_001; i++)
            Enter(0x0a000000 + i);

        Says(Clients, "More than 50000 network addresses", "600 (Relay:ConnectionsPerAddressPerMinute)", "no setting");

        void Enter(int address)
        {
            Assert.Null(_relay.Limits.TryEnter(new IPAddress((uint)IPAddress.HostToNetworkOrder(address)), out var place));
            place!.Dispose();
        }
    }

    [Fact]
    public void PeerIds_that_registered_within_a_minute()
    {
        using var loggers = new LoggerFactory([_logs]);
        var policy = new RegistrationRatePolicy(Options.Create(new RelayOptions()), new FakeTimeProvider(), new Logger<RelayHub>(loggers));
        for (var i = 0; i < 50_000; i++)
            Assert.Null(policy.Check(PeerId.Parse($"peer{i}"), null));
        Assert.Empty(_logs.Entries);
        for (var i = 50_000; i < 100_001; i++)
            Assert.Null(policy.Check(PeerId.Parse($"peer{i}"), null));

        Says(Clients, "More than 50000 PeerIds", "120 (Relay:RegistrationsPerPeerPerMinute)", "no setting");
    }

    private static OutboundMessage New() => new() { To = "bob", Id = MessageId.New(), Payload = Array.Empty<byte>() };

    private void Says(int eventId, params string[] words)
    {
        // Once a minute, however often.
        var line = Assert.Single(_logs.Entries, entry => entry.Id.Id == eventId && words.All(one => entry.Message.Contains(one, StringComparison.Ordinal)));
        Assert.Contains("docs/operating.md", line.Message, StringComparison.Ordinal);
    }
}
