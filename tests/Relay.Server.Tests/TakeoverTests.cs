using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>UC4-6b: the same PeerId registers again.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public async Task UC4_6b_the_old_connection_is_told_and_closed_and_does_not_come_back_by_itself()
    {
        await using var relay = RelayApp.OnSockets();
        var old = await relay.NewPeer(reconnects: true).Enter("bob");

        await relay.Enter("bob");

        await old.SeesTheEnd();
        await old.Sees<Replaced>();
        Assert.DoesNotContain("reconnecting", old.Told);
        Assert.Empty(old.All<RelayError>());
    }

    [Fact]
    public async Task UC4_6b_what_was_queued_or_not_acknowledged_goes_to_the_new_connection_in_its_order()
    {
        await using var relay = RelayApp.OnSockets(("DeliveryWindowMessages", "2"));
        var alice = await relay.Enter("alice");
        var old = await relay.Enter("bob");
        await alice.Send("bob", "1", "2", "3", "4");
        await old.SeesTexts("1", "2");
        await old.Acknowledge(1);
        await old.SeesTexts("1", "2", "3");

        var bob = await relay.Enter("bob");

        Assert.Equal(1, bob.All<Registered>()[0].Sequence);
        await bob.SeesTexts("2", "3");
        await bob.Acknowledge(3);
        await bob.SeesTexts("2", "3", "4");
    }

    [Fact]
    public async Task UC4_6b_nothing_the_old_connection_still_does_changes_anything()
    {
        // Over sockets cut off from the client's knowledge: the old client goes on as if nothing had happened.
        await using var relay = RelayApp.OnSockets();
        await using var link = Link.To(relay.Url);
        await using var old = new RawPeer(link.Url);
        await old.Enter("bob");
        var alice = await relay.Enter("alice");
        await alice.Send("bob", "1", "2");
        await old.SeesTexts("1", "2");
        link.Stall();

        var bob = await relay.Enter("bob");
        await bob.SeesTexts("1", "2");
        await old.Acknowledge(2);
        await old.Send("alice", "from a ghost");
        link.Resume();
        await old.SeesTheEnd();

        await alice.Send("bob", "3");
        await bob.SeesTexts("1", "2", "3");
        await bob.Send("alice", "from bob");
        await alice.SeesTexts("from bob");
        var again = await relay.Enter("bob");
        await again.SeesTexts("1", "2", "3");
    }

    [Fact]
    public async Task UC4_6b_a_connection_behind_a_dead_link_does_not_keep_its_successor_waiting()
    {
        await using var relay = RelayApp.OnSockets();
        await using var link = Link.To(relay.Url);
        await using var dead = new RawPeer(link.Url);
        await dead.Enter("bob");
        var alice = await relay.Enter("alice");
        link.Stall();
        for (var i = 0; i < 15; i++)
            await alice.Send("bob", new byte[60_000]);
        await alice.SeesAnswers(15);

        var bob = await relay.Enter("bob");

        await bob.SeesMessages(15);
        link.Resume();
        await dead.SeesTheEnd();
    }

    [Fact]
    public async Task UC4_6b_two_devices_that_fight_lose_nothing()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.Enter("alice");
        var sending = Task.Run(() => alice.SendMany("bob", 500), TestContext.Current.CancellationToken);
        var seen = new List<string>();
        long taken = 0;
        for (var round = 0; round < 20; round++)
        {
            var bob = await relay.NewPeer().Enter("bob", alice.Epoch, taken);
            await Eventually.Is("bob got something, or all there is", () => bob.Delivered.Count > 0 || seen.Count == 500);
            var all = bob.All<Delivery>();
            foreach (var delivery in all)
            {
                foreach (var (message, position) in delivery.Messages!.Select((message, i) => (message, delivery.First + i)))
                {
                    Assert.Equal(taken + 1, position);
                    taken = position;
                    seen.Add(System.Text.Encoding.UTF8.GetString(message.Payload.Span));
                }
            }
        }

        await sending;
        var last = await relay.NewPeer().Enter("bob", alice.Epoch, taken);
        while (seen.Count + last.Delivered.Count < 500)
        {
            var count = last.Delivered.Count;
            await last.Acknowledge(last.Position);
            await last.SeesMessages(count + 1);
        }

        Assert.Equal(Enumerable.Range(1, 500).Select(number => $"{number}"), [.. seen, .. last.Texts]);
    }

    [Fact]
    public async Task UC4_6b_a_sender_that_is_taken_over_sends_what_had_no_answer_again_and_nothing_comes_twice()
    {
        await using var relay = RelayApp.InMemory(("MailboxMessages", "2"));
        var old = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        OutboundMessage[] messages = [.. Enumerable.Range(1, 4).Select(i => RawPeer.Message("bob", [(byte)('0' + i)]))];
        await old.Send(messages);
        await old.SeesAnswers(2);

        var alice = await relay.Enter("alice");
        await alice.Send(messages[1..]);
        await bob.SeesTexts("1", "2");
        await bob.Acknowledge(1);
        await bob.SeesTexts("1", "2", "3");
        await bob.Acknowledge(3);

        await bob.SeesTexts("1", "2", "3", "4");
        await alice.SeesAnswers(3);
        Assert.Equal(2, old.AnsweredYes.Count);
    }
}
