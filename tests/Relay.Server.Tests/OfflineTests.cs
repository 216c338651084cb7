using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>UC4-8a and 8b: the recipient is away.</summary>
public sealed class OfflineTests
{
    [Fact]
    public async Task UC4_8a_AfterSuccess_5_what_was_queued_is_delivered_in_order_when_the_recipient_comes_back()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.Enter("alice");
        await relay.Leave(await relay.Enter("bob"), "bob");

        await alice.SendMany("bob", 1000);
        await alice.SeesAnswers(1000);

        Assert.Empty(alice.All<Accepted>());
        Assert.Equal(Enumerable.Range(1, 1000).Select(number => (long)number), alice.AnsweredYes);
        var bob = await relay.Enter("bob");
        await TakeAll(bob, 1000);
        Assert.Equal(Numbers(1, 1000), bob.Texts);
        Assert.Empty(bob.All<Missed>());
        Assert.Empty(alice.All<Dropped>());
    }

    [Fact]
    public async Task UC4_8b_a_recipient_that_was_never_here_gets_its_queue_too()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");

        await alice.Send("stranger", "1", "2");
        await alice.Sees<Queued>();

        await (await relay.Enter("stranger")).SeesTexts("1", "2");
    }

    [Fact]
    public async Task UC4_8a_a_sender_that_left_meanwhile_is_still_delivered()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");
        await alice.Send("bob", "farewell");
        await alice.Sees<Queued>();
        await relay.Leave(alice, "alice");

        var bob = await relay.Enter("bob");

        await bob.SeesTexts("farewell");
        Assert.Equal("alice", bob.Delivered[0].From);
    }

    [Fact]
    public async Task AcceptedWhen_6_UC4_8a_beyond_1000_the_oldest_are_evicted_and_both_sides_are_told_until_they_say_they_know()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");
        OutboundMessage[] messages = [.. Numbers(1, 1005).Select(text => RawPeer.Message("bob", System.Text.Encoding.UTF8.GetBytes(text)))];
        foreach (var batch in messages.Chunk(100))
            await alice.Send(batch);
        await alice.SeesAnswers(1005);

        // The sender: which ones, to whom, why, and again after a reconnect, until it says that it knows.
        await Eventually.Is("alice is told of five", () => alice.All<Dropped>().Sum(dropped => dropped.Count) == 5);
        AssertEvicted(alice.All<Dropped>());
        alice = await relay.Enter("alice");
        await Eventually.Is("alice is told again", () => alice.All<Dropped>().Sum(dropped => dropped.Count) == 5);
        AssertEvicted(alice.All<Dropped>());
        await alice.AcknowledgeForSure(0, report: alice.All<Dropped>()[^1].Report);
        alice = await relay.Enter("alice");
        await alice.Send("alice", "sync");
        await alice.SeesTexts("sync");
        Assert.Empty(alice.All<Dropped>());

        // The recipient: how many, before the messages behind them, and again until it says that it knows.
        var bob = await relay.Enter("bob");
        await bob.SeesMessages(256);
        Assert.Equal((5, 5), (bob.All<Missed>()[0].Count, bob.All<Missed>()[0].Sequence));
        Assert.IsType<Missed>(bob.Told[1]);
        bob = await relay.Enter("bob");
        Assert.Equal(5, (await bob.Sees<Missed>()).Count);
        await TakeAll(bob, 1000);
        Assert.Equal(Numbers(6, 1000), bob.Texts);
        bob = await relay.Enter("bob");
        await bob.Send("bob", "sync");
        await bob.SeesTexts("sync");
        Assert.Empty(bob.All<Missed>());

        void AssertEvicted(IReadOnlyList<Dropped> dropped)
        {
            Assert.All(dropped, report => Assert.Equal(("bob", (int)DropReason.Evicted), (report.To, report.Reason)));
            Assert.Equal(messages[..5].Select(message => message.Id.ToBytes()), dropped.SelectMany(report => report.Ids!).Select(id => id.ToArray()));
        }
    }

    [Fact]
    public async Task UC4_8a_a_message_repeated_while_it_is_queued_is_held_once()
    {
        await using var relay = RelayApp.InMemory();
        var message = RawPeer.Message("bob", "once"u8.ToArray());
        var alice = await relay.Enter("alice");
        await alice.Send(message);
        await alice.SeesAnswers(1);
        alice = await relay.Enter("alice");
        await alice.Send(message);
        await alice.SeesAnswers(1);
        await alice.Send("bob", "end");

        await (await relay.Enter("bob")).SeesTexts("once", "end");
    }

    [Fact]
    public async Task Variations_2_a_message_nobody_came_for_expires_and_both_sides_are_told()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(time), ("MailboxTimeToLive", "00:30:00"));
        var alice = await relay.Enter("alice");
        var message = RawPeer.Message("bob", "old"u8.ToArray());
        await alice.Send(message);
        await alice.Sees<Queued>();
        time.Advance(TimeSpan.FromMinutes(20));
        await alice.Send("bob", "young");
        await alice.Sees<Queued>(2);

        // The sweeper comes by once a minute.
        time.Advance(TimeSpan.FromMinutes(11));

        var dropped = await alice.Sees<Dropped>();
        Assert.Equal(("bob", 1, (int)DropReason.Expired), (dropped.To, dropped.Count, dropped.Reason));
        Assert.Equal(message.Id.ToBytes(), Assert.Single(dropped.Ids!).ToArray());
        var bob = await relay.Enter("bob");
        await bob.SeesTexts("young");
        Assert.Equal(1, Assert.Single(bob.All<Missed>()).Count);
        Assert.Equal(2, bob.All<Delivery>()[0].First);
    }

    [Fact]
    public async Task Variation_a_connected_recipient_loses_nothing_however_slow_it_is()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(time));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "1");
        await bob.SeesTexts("1");

        time.Advance(TimeSpan.FromHours(5));
        await relay.Leave(bob, "bob");

        bob = await relay.Enter("bob");
        await bob.SeesTexts("1");
        Assert.Empty(bob.All<Missed>());
        Assert.Empty(alice.All<Dropped>());
    }

    private static string[] Numbers(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private static async Task TakeAll(RawPeer peer, int count)
    {
        for (var seen = 0; seen < count; seen = peer.Delivered.Count)
        {
            await peer.Acknowledge(peer.Position);
            await peer.SeesMessages(seen + 1);
        }

        await peer.AcknowledgeForSure(peer.Position);
    }
}
