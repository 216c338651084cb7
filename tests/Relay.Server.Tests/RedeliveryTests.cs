using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>UC4-9a and 12a: connections that end in the middle; and the window that keeps a slow reader from drowning.</summary>
public sealed class RedeliveryTests
{
    [Fact]
    public async Task UC4_9a_what_was_not_acknowledged_is_delivered_again_in_its_old_place()
    {
        await using var relay = RelayApp.OnSockets();
        await using var link = Link.To(relay.Url);
        await using var cut = new RawPeer(link.Url);
        await cut.Enter("bob");
        var alice = await relay.Enter("alice");
        await alice.Send("bob", "1", "2", "3");
        await cut.SeesTexts("1", "2", "3");
        await cut.Acknowledge(1);
        await cut.Send("bob", "the acknowledgement is through");
        await cut.SeesMessages(4);

        link.Cut();
        await Eventually.Is("the relay knows that bob is gone", () => relay.Logs.Entries.Any(entry => entry.Id.Id == 1001));
        await alice.Send("bob", "5");
        await alice.Sees<Queued>();

        var bob = await relay.Enter("bob");
        await bob.SeesTexts("2", "3", "the acknowledgement is through", "5");
        Assert.Equal(2, bob.All<Delivery>()[0].First);
        Assert.Equal(1, bob.All<Registered>()[0].Sequence);
    }

    [Fact]
    public async Task UC4_9a_a_recipient_that_says_what_its_application_took_gets_only_the_rest()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "1", "2", "3");
        await bob.SeesTexts("1", "2", "3");

        var again = await relay.Enter("bob", bob.Epoch, 2);

        await again.SeesTexts("3");
        Assert.Equal(2, again.All<Registered>()[0].Sequence);
        Assert.Equal(3, again.All<Delivery>()[0].First);
    }

    [Theory]
    [InlineData("another epoch", 2)]
    [InlineData(null, 2)]
    [InlineData("", 2)]
    [InlineData("this", 4)]
    [InlineData("this", long.MaxValue)]
    [InlineData("this", -1)]
    public async Task UC4_9a_a_position_that_cannot_be_true_costs_no_message(string? epoch, long sequence)
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "1", "2", "3");
        await bob.SeesTexts("1", "2", "3");

        var again = await relay.Enter("bob", epoch == "this" ? bob.Epoch : epoch, sequence);

        await again.SeesTexts("1", "2", "3");
        Assert.Equal(0, again.All<Registered>()[0].Sequence);
    }

    [Fact]
    public async Task UC4_12a_a_repeat_of_what_the_recipient_has_not_taken_yet_is_answered_and_not_delivered_twice()
    {
        await using var relay = RelayApp.InMemory();
        var message = RawPeer.Message("bob", "once"u8.ToArray());
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send(message);
        await bob.SeesTexts("once");

        alice = await relay.Enter("alice");
        await alice.Send(message);
        await alice.SeesAnswers(1);
        await alice.Send("bob", "end");

        await bob.SeesTexts("once", "end");
    }

    [Fact]
    public async Task UC4_12a_a_repeat_of_what_it_has_taken_comes_with_the_same_id_so_that_it_can_tell()
    {
        await using var relay = RelayApp.InMemory();
        var message = RawPeer.Message("bob", "again"u8.ToArray());
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send(message);
        await bob.SeesTexts("again");
        await bob.Acknowledge(1);
        await bob.Send("alice", "the acknowledgement is through");
        await alice.SeesMessages(1);

        await alice.Send(message);

        await bob.SeesTexts("again", "again");
        Assert.Equal(bob.Delivered[0].Id, bob.Delivered[1].Id);
        Assert.Equal(bob.Delivered[0].From, bob.Delivered[1].From);
    }

    [Fact]
    public async Task No_more_is_under_way_to_a_recipient_than_its_window_holds()
    {
        await using var relay = RelayApp.OnSockets(("DeliveryWindowMessages", "10"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.SendMany("bob", 100);
        await alice.SeesAnswers(100);

        while (bob.Delivered.Count < 100)
        {
            var acknowledged = bob.Position;
            await bob.Acknowledge(acknowledged);
            await bob.SeesMessages((int)Math.Min(100, acknowledged + 10));

            // An answer to a call of its own comes behind whatever the relay had to deliver.
            var answers = bob.AnsweredYes.Count;
            await bob.Send("nobody", "ping");
            await bob.SeesAnswers(answers + 1);
            Assert.InRange(bob.Position - acknowledged, 1, 10);
        }

        Assert.Equal(100, bob.Position);
    }

    [Fact]
    public async Task The_window_of_bytes_holds_back_too_but_never_a_single_message()
    {
        await using var relay = RelayApp.InMemory(("DeliveryWindowBytes", "1000"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", new byte[600]);
        await alice.Send("bob", new byte[600]);
        await alice.Send("bob", new byte[5000]);
        await alice.SeesAnswers(3);

        for (var position = 1; position <= 3; position++)
        {
            await bob.SeesMessages(position);
            Assert.Equal(position, bob.Delivered.Count);
            await bob.Acknowledge(position);
        }

        Assert.Equal(5000, bob.Delivered[2].Payload.Length);
    }
}
