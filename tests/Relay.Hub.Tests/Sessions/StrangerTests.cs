using Relay.Contracts;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Sessions;

/// <summary>PeerIds that never registered: little is kept for them, and little of each sender.</summary>
public sealed class StrangerTests
{
    private readonly TestRelay _relay = new(options =>
    {
        options.StrangerMailboxBytes = 4000;
        options.StrangerBytesPerSender = 10_000;
    });

    [Fact]
    public async Task A_mailbox_of_somebody_who_never_came_is_small_and_says_so()
    {
        var alice = await _relay.Connect("alice");
        Send(alice, "nobody", 1, 2, 3, 4);

        var refused = await alice.Sees<RelayError>();

        Assert.Equal(((int)ErrorCode.StrangerQuotaExceeded, 4), (refused.Code, refused.Number));
        Assert.Contains("4000 bytes (Relay:StrangerMailboxBytes). docs/operating.md", refused.Message, StringComparison.Ordinal);

        var nobody = await _relay.Connect("nobody");
        await nobody.Sees<Delivery>();
        Assert.Equal([1, 2, 3], nobody.Delivered);
        Send(alice, "nobody", 5, 6, 7, 8);
        await TestKit.Eventually.Is("it gets everything now", () => nobody.Delivered.Count() == 7);
    }

    [Fact]
    public async Task Who_fills_such_a_mailbox_makes_room_for_others_up_to_an_equal_share_and_is_told()
    {
        var (mallory, alice) = (await _relay.Connect("mallory"), await _relay.Connect("alice"));
        Send(mallory, "nobody", 1, 2, 3);

        // Each is a thousand bytes and a little: of four thousand an equal share of two holds one.
        Send(alice, "nobody", 10);
        Send(alice, "nobody", 11);

        await mallory.Sees<Dropped>();
        Assert.Empty(mallory.Told.OfType<RelayError>());
        Assert.Equal((int)ErrorCode.StrangerQuotaExceeded, (await alice.Sees<RelayError>()).Code);
        Assert.Equal((1, (int)DropReason.Evicted), (mallory.Told.OfType<Dropped>().Single().Count, mallory.Told.OfType<Dropped>().Single().Reason));

        var nobody = await _relay.Connect("nobody");
        await nobody.Sees<Delivery>();
        Assert.Equal([2, 3, 10], nobody.Delivered);
    }

    [Fact]
    public async Task One_sender_has_so_much_in_all_such_mailboxes_and_others_are_not_concerned()
    {
        var (alice, bob) = (await _relay.Connect("alice"), await _relay.Connect("bob"));
        for (byte i = 0; i < 10; i++)
            Send(alice, $"nobody-{i}", i);
        Send(bob, "nobody-9", 100);

        await alice.Sees<RelayError>(5);

        // Each costs its thousand bytes, its bookkeeping and that of the PeerId.
        Assert.Equal(Enumerable.Range(5, 5), alice.Told.OfType<RelayError>().Select(error => (int)error.Number - 1));
        Assert.All(alice.Told.OfType<RelayError>(), error => Assert.Equal((int)ErrorCode.StrangerQuotaExceeded, error.Code));
        Assert.Contains("10000 bytes (Relay:StrangerBytesPerSender)", alice.Told.OfType<RelayError>().First().Message, StringComparison.Ordinal);
        Assert.Empty(bob.Told.OfType<RelayError>());

        // When one of them comes, there is room again.
        await _relay.Connect("nobody-0");
        Send(alice, "nobody-5", 5);
        Assert.Equal(5, alice.Told.OfType<RelayError>().Count());
    }

    [Fact]
    public async Task A_refused_message_leaves_nothing_behind()
    {
        var alice = await _relay.Connect("alice");
        for (byte i = 0; i < 5; i++)
            Send(alice, $"nobody-{i}", i);
        var (peers, bytes) = (_relay.Directory.Count, _relay.Directory.Budget.Used);

        for (var i = 0; i < 1000; i++)
            Send(alice, $"other-{i}", 1);

        Assert.Equal((peers, bytes), (_relay.Directory.Count, _relay.Directory.Budget.Used));
    }

    [Fact]
    public async Task Whoever_was_here_once_is_no_stranger_though_the_relay_holds_nothing_of_it()
    {
        await (await _relay.Connect("bob")).DisconnectAsync();
        Assert.Equal(0, _relay.Directory.Count);

        var alice = await _relay.Connect("alice");
        for (byte i = 0; i < 100; i++)
            Send(alice, "bob", i);

        Assert.Empty(alice.Told.OfType<RelayError>());
    }

    [Fact]
    public void So_many_that_were_here_are_remembered_the_last_ones_for_sure()
    {
        var known = new KnownPeers(capacity: 10);
        for (var i = 0; i < 100; i++)
            known.Add(PeerId.Parse($"peer{i}"));

        Assert.InRange(Enumerable.Range(0, 100).Count(i => known.Contains(PeerId.Parse($"peer{i}"))), 5, 10);
        Assert.All(Enumerable.Range(95, 5), i => Assert.True(known.Contains(PeerId.Parse($"peer{i}"))));
        Assert.False(known.Contains(PeerId.Parse("never")));
    }

    [Fact]
    public void Half_a_million_newcomers_push_out_nobody_who_came_before_them_and_a_million_are_all_there_are()
    {
        const int comers = 1_200_000;
        var known = new KnownPeers();
        for (var i = 0; i < comers; i++)
            known.Add(Comer(i));

        bool[] remembered = [.. Enumerable.Range(0, comers).Select(i => known.Contains(Comer(i)))];
        Assert.DoesNotContain(false, remembered[^500_000..]);
        Assert.InRange(remembered.Count(one => one), 500_000, 1_000_000);

        static PeerId Comer(int i) => PeerId.Parse($"peer{i}");
    }

    [Fact]
    public async Task A_stranger_that_registers_with_the_mailbox_full_has_it_as_everybody_has()
    {
        var alice = await _relay.Connect("alice");
        Send(alice, "nobody", 1, 2, 3, 4);
        await (await _relay.Connect("nobody")).DisconnectAsync();

        // It left without having acknowledged them: they are for a known peer now.
        Send(alice, "nobody", 5, 6, 7, 8, 9, 10);
        for (byte i = 0; i < 5; i++)
            Send(alice, $"stranger-{i}", i);

        Assert.Single(alice.Told.OfType<RelayError>());
    }

    private static void Send(TestConnection from, string to, params byte[] payloads)
    {
        foreach (var payload in payloads)
        {
            var bytes = new byte[1000];
            bytes[0] = payload;
            from.Send(from.Reserve(1), new OutboundMessage { To = to, Id = MessageId.New(), Payload = bytes });
        }
    }
}
