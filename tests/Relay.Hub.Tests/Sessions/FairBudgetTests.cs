using Relay.Contracts;

namespace Relay.Hub.Tests.Sessions;

/// <summary>When all mailboxes together are full: whoever has the most waiting for others loses first, and who is connected goes on.</summary>
public sealed class FairBudgetTests
{
    private const int Large = 10_000;
    private readonly TestRelay _relay = new(options => (options.MailboxesBytes, options.SenderBytesPerSecond) = (1 << 20, 1 << 30));

    [Fact]
    public async Task A_flood_to_invented_PeerIds_pushes_out_itself_and_not_what_a_friend_has_sent()
    {
        await ComeAndGo("bob");
        var friend = await _relay.Connect("friend");
        Send(friend, "bob", 1, 2, 3, 4, 5);
        var flooder = await _relay.Connect("flooder");

        for (var i = 0; i < 2000; i++)
            Send(flooder, $"nobody-{i}", (byte)i);

        Assert.Empty(flooder.Told.OfType<RelayError>());
        Assert.InRange(_relay.Directory.Budget.Used, 1 << 19, 1 << 20);
        var bob = await _relay.Connect("bob");
        await bob.Sees<Delivery>();
        Assert.Equal([1, 2, 3, 4, 5], bob.Delivered);
        Assert.Empty(bob.Told.OfType<Missed>());
        Assert.Empty(friend.Told.OfType<Dropped>());

        // Each is either there or reported.
        var lost = LossesOf(flooder);
        Assert.True(lost > 1500, $"{lost} lost");
        Assert.Equal(2000 - lost, _relay.Metrics.MailboxMessages - 5);
    }

    [Fact]
    public async Task Of_many_small_mailboxes_and_one_large_the_heavier_sender_loses()
    {
        await ComeAndGo("bob");
        var one = await _relay.Connect("one");
        var many = await _relay.Connect("many");
        for (byte i = 0; i < 30; i++)
            Send(one, "bob", i);
        for (byte i = 0; i < 60; i++)
        {
            await ComeAndGo($"peer-{i}");
            Send(many, $"peer-{i}", i);
        }

        var third = await _relay.Connect("third");
        for (byte i = 0; i < 20; i++)
            Send(third, "bob", i);

        Assert.Equal(0, LossesOf(third));
        Assert.Equal(0, LossesOf(one));
        Assert.True(LossesOf(many) > 0);
    }

    [Fact]
    public async Task One_sender_alone_loses_its_own_oldest()
    {
        await ComeAndGo("bob");
        var alice = await _relay.Connect("alice");
        for (byte i = 0; i < 150; i++)
            Send(alice, "bob", i);

        Assert.Empty(alice.Told.OfType<RelayError>());
        var lost = LossesOf(alice);
        var bob = await _relay.Connect("bob");
        Assert.Equal((lost, lost), ((await bob.Sees<Missed>()).Count, (await bob.Sees<Missed>()).Sequence));
        await bob.Sees<Delivery>();
        Assert.Equal((byte)lost, bob.Delivered.First());
    }

    [Fact]
    public async Task Peers_that_are_connected_go_on_while_others_messages_are_cut()
    {
        await ComeAndGo("bob");
        var flooder = await _relay.Connect("flooder");
        for (byte i = 0; i < 120; i++)
            Send(flooder, "bob", i);
        var before = LossesOf(flooder);

        var (carol, dora) = (await _relay.Connect("carol"), await _relay.Connect("dora"));
        for (byte i = 0; i < 30; i++)
            Send(carol, "dora", i);

        await dora.Sees<Delivery>();
        await TestKit.Eventually.Is("dora has all of them", () => dora.Delivered.Count() == 30);
        Assert.Empty(carol.Told.OfType<RelayError>());
        Assert.True(LossesOf(flooder) > before, "The flooder lost nothing.");
    }

    [Fact]
    public async Task Where_everything_is_for_connected_peers_new_messages_are_refused()
    {
        var (alice, bob) = (await _relay.Connect("alice"), await _relay.Connect("bob"));
        for (byte i = 0; i < 150; i++)
            Send(alice, "bob", i);

        var refused = await alice.Sees<RelayError>();
        Assert.Equal((int)ErrorCode.MailboxesFull, refused.Code);
        Assert.Contains("Relay:MailboxesBytes", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bob.Told.OfType<Missed>());
    }

    private async Task ComeAndGo(string peer) => await (await _relay.Connect(peer)).DisconnectAsync();

    private static void Send(TestConnection from, string to, params byte[] payloads)
    {
        foreach (var payload in payloads)
        {
            var bytes = new byte[Large];
            bytes[0] = payload;
            from.Send(from.Reserve(1), new OutboundMessage { To = to, Id = MessageId.New(), Payload = bytes });
        }
    }

    /// <summary>All that a sender is still to be told, on this connection or a later one.</summary>
    private long LossesOf(TestConnection sender)
    {
        var reports = _relay.Directory.Find(sender.Session.Peer!.Id.Value)!.Reports;
        reports.Restart();
        var lost = 0L;
        while (reports.Next() is { } report)
        {
            lost += report.Count;
            reports.Acknowledge(report.Number);
        }

        return lost;
    }
}
