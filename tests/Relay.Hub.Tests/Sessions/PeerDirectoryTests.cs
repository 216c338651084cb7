using Relay.Contracts;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Peers come and go; nothing that somebody still counts on goes with them.</summary>
public sealed class PeerDirectoryTests
{
    private readonly TestRelay _relay = new(options => options.MailboxMessages = 2);

    private PeerDirectory Directory => _relay.Directory;

    [Fact]
    public async Task A_peer_with_nothing_to_remember_costs_nothing_after_it_left()
    {
        var alice = await _relay.Connect("alice");
        Assert.True(Directory.IsConnected(PeerId.Parse("alice")));
        Assert.Equal(Peer.Overhead, Directory.Budget.Used);

        await alice.DisconnectAsync();

        Assert.False(Directory.IsConnected(PeerId.Parse("alice")));
        Assert.Equal((0, 0L, 0), (Directory.Count, Directory.Budget.Used, _relay.Sessions.ConnectedPeers));
    }

    [Fact]
    public async Task A_peer_with_a_message_waiting_is_kept()
    {
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        await alice.DisconnectAsync();

        Directory.Sweep();

        Assert.Equal(1, Directory.Count);
        var bob = await _relay.Connect("bob");
        await bob.Sees<Delivery>();
        Assert.Equal([1], bob.Delivered);
    }

    [Fact]
    public async Task A_position_is_never_used_twice_in_an_epoch_even_by_a_mailbox_that_was_forgotten()
    {
        var first = await DeliverToBobAndForgetHim(1);
        var second = await DeliverToBobAndForgetHim(2);

        Assert.True(second > first, $"{second} came after {first}");
    }

    [Fact]
    public async Task A_client_that_comes_back_to_a_forgotten_mailbox_loses_nothing_by_what_it_resumes()
    {
        var last = await DeliverToBobAndForgetHim(1);
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 2);

        var bob = _relay.Connect();
        bob.Register("bob", Directory.Epoch, last);
        await bob.Sees<Delivery>();

        Assert.Equal([2], bob.Delivered);
    }

    [Fact]
    public async Task A_loss_is_reported_to_a_sender_that_was_forgotten_meanwhile()
    {
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        await alice.DisconnectAsync();
        Assert.Null(Directory.GetOrAdd(PeerId.Parse("alice"))!.Session);
        Directory.Release(Directory.GetOrAdd(PeerId.Parse("alice"))!);
        Assert.Equal(1, Directory.Count);

        _relay.Time.Advance(Directory.Options.MailboxTimeToLive);
        Directory.Sweep();

        alice = await _relay.Connect("alice");
        var dropped = await alice.Sees<Dropped>();
        Assert.Equal(("bob", 1, (int)DropReason.Expired), (dropped.To, dropped.Count, dropped.Reason));
    }

    /// <remarks>By the number a client knows what it was told already; a new loss under an old number would be lost without a word.</remarks>
    [Fact]
    public async Task A_report_to_a_sender_that_was_forgotten_meanwhile_has_a_number_of_its_own()
    {
        var first = await LoseAndAcknowledge(1);
        Assert.Null(Directory.Find("alice"));

        var second = await LoseAndAcknowledge(2);

        Assert.True(second > first, $"First {first}, then {second}.");

        async Task<long> LoseAndAcknowledge(byte payload)
        {
            var alice = await _relay.Connect("alice");
            alice.Send("bob", payload);
            _relay.Time.Advance(Directory.Options.MailboxTimeToLive);
            Directory.Sweep();
            var dropped = await alice.Sees<Dropped>();
            alice.Acknowledge(0, dropped.Report);
            _relay.Time.Advance(TimeSpan.FromSeconds(1));
            await alice.DisconnectAsync();
            _relay.Time.Advance(Directory.Options.ReportTimeToLive);
            Directory.Sweep();
            return dropped.Report;
        }
    }

    [Fact]
    public void A_retired_peer_takes_nothing_and_the_directory_makes_another()
    {
        var id = PeerId.Parse("bob");
        var first = Directory.GetOrAdd(id)!;
        Assert.True(first.TryRetire());

        // Its object is still in the directory: whoever meets it there puts it out.
        Directory.Report(id, PeerId.Parse("carol"), MessageId.New(), DropReason.Evicted);

        Assert.NotSame(first, Directory.GetOrAdd(id));
        Assert.NotNull(Directory.GetOrAdd(id));
        Assert.Equal(1, Directory.Count);
    }

    [Fact]
    public void An_untold_loss_keeps_its_sender_only_for_as_long_as_reports_are_kept()
    {
        Directory.Report(PeerId.Parse("alice"), PeerId.Parse("bob"), MessageId.New(), DropReason.Evicted);
        Directory.Sweep();
        Assert.Equal(1, Directory.Count);

        _relay.Time.Advance(Directory.Options.ReportTimeToLive);
        Directory.Sweep();

        Assert.Equal((0, 0L), (Directory.Count, Directory.Budget.Used));
    }

    [Fact]
    public async Task Invented_recipients_are_bounded_by_the_budget()
    {
        var relay = new TestRelay(options => options.MailboxesBytes = 1 << 20);
        var alice = await relay.Connect("alice");
        for (var i = 0; i < 2000; i++)
            alice.Send($"nobody-{i}", 1);

        await alice.Sees<Dropped>();
        Assert.Empty(alice.Told.OfType<RelayError>());
        Assert.InRange(relay.Directory.Budget.Used, 1, 1 << 20);

        // 128 of them are only remembered to be told of their loss; the others hold a kilobyte each.
        Assert.InRange(relay.Directory.Count, 500, 1000 + 128);
    }

    private async Task<long> DeliverToBobAndForgetHim(byte payload)
    {
        var alice = await _relay.Connect("alice");
        var bob = await _relay.Connect("bob");
        alice.Send("bob", payload);
        var delivery = await bob.Sees<Delivery>();
        bob.Acknowledge(delivery.First);

        // What alice may send is as much as ever again, and need not be remembered.
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        await bob.DisconnectAsync();
        await alice.DisconnectAsync();
        Assert.Equal(0, Directory.Count);
        return delivery.First;
    }
}
