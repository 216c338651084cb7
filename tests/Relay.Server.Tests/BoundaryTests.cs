using System.Globalization;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Slow recipients, greedy senders, full memory: everybody else goes on.</summary>
public sealed class BoundaryTests
{
    [Fact]
    public async Task Behind_a_slow_recipient_messages_wait_without_an_answer_while_others_traffic_flows()
    {
        await using var relay = RelayApp.OnSockets(("MailboxMessages", "10"));
        var alice = await relay.Enter("alice");
        var slow = await relay.Enter("slow");
        var bob = await relay.Enter("bob");

        await alice.SendMany("slow", 30);
        await alice.Send("bob", "not held up");

        await bob.SeesTexts("not held up");
        await alice.SeesAnswers(11);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 31], alice.AnsweredYes);
        for (var position = 1; position <= 30; position++)
        {
            await slow.SeesMessages(position);
            await slow.Acknowledge(position);
            await alice.SeesAnswers(Math.Min(31, 11 + position));
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(number => number.ToString(CultureInfo.InvariantCulture)), slow.Texts);
        Assert.Equal([.. Enumerable.Range(1, 10), 31, .. Enumerable.Range(11, 20)], alice.AnsweredYes.Select(number => (int)number));
        Assert.Empty(alice.All<RelayError>());
        Assert.Empty(alice.All<Dropped>());
    }

    [Fact]
    public async Task When_a_slow_recipient_leaves_what_waited_is_queued_and_the_oldest_are_reported()
    {
        await using var relay = RelayApp.OnSockets(("MailboxMessages", "2"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "1", "2", "3");
        await bob.SeesTexts("1", "2");

        await bob.Leave();

        await alice.SeesAnswers(3);
        Assert.Equal(1, (await alice.Sees<Dropped>()).Count);
        Assert.Equal(3, (await alice.Sees<Queued>()).Ranges![0].From);
        bob = await relay.Enter("bob");
        await bob.SeesTexts("2", "3");
        Assert.Equal(1, Assert.Single(bob.All<Missed>()).Count);
    }

    [Fact]
    public async Task A_sender_that_does_not_wait_for_answers_is_refused_beyond_its_window_and_recovers()
    {
        await using var relay = RelayApp.InMemory(("MailboxMessages", "1"), ("SendWindowMessages", "3"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");

        await alice.Send("bob", "1", "2", "3", "4", "5");

        await alice.SeesError(ErrorCode.SendWindowExceeded, 5);
        Assert.Contains("3 messages (Relay:SendWindowMessages)", alice.All<RelayError>()[0].Message, StringComparison.Ordinal);
        for (var position = 1; position <= 4; position++)
        {
            await bob.SeesMessages(position);
            await bob.Acknowledge(position);
        }

        await alice.SeesAnswers(4);
        await alice.Send("bob", "6");
        await bob.SeesTexts("1", "2", "3", "4", "6");
    }

    [Fact]
    public async Task The_window_counts_bytes_too()
    {
        await using var relay = RelayApp.InMemory(("MailboxMessages", "1"), ("SendWindowBytes", "1000"));
        var alice = await relay.Enter("alice");
        await relay.Enter("bob");
        await alice.Send("bob", "1");

        var large = await alice.Send("bob", new byte[5000]);
        var next = await alice.Send("bob", "3");

        // A single message may always be sent; the next one may not.
        await alice.SeesError(ErrorCode.SendWindowExceeded, next);
        Assert.DoesNotContain(alice.All<RelayError>(), error => error.Number == large);
    }

    [Fact]
    public async Task Full_mailboxes_refuse_with_the_reason_and_take_again_after_a_delivery()
    {
        await using var relay = RelayApp.InMemory(("MailboxesBytes", "1048576"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        for (var i = 0; i < 20; i++)
            await alice.Send("bob", new byte[60_000]);

        await Eventually.Is("every message has an answer", () => alice.AnsweredYes.Count + alice.All<RelayError>().Count == 20);
        Assert.InRange(alice.AnsweredYes.Count, 15, 17);
        Assert.All(alice.All<RelayError>(), error => Assert.Equal((int)ErrorCode.MailboxesFull, error.Code));
        Assert.Contains("1048576 bytes (Relay:MailboxesBytes)", alice.All<RelayError>()[0].Message, StringComparison.Ordinal);
        Assert.Empty(alice.All<Dropped>());

        var accepted = alice.AnsweredYes.Count;
        await bob.SeesMessages(accepted);
        await bob.Acknowledge(bob.Position);
        await bob.Send("alice", "taken");
        await alice.SeesTexts("taken");
        await alice.Send("bob", new byte[60_000]);
        await bob.SeesMessages(accepted + 1);
    }

    [Fact]
    public async Task A_client_that_sends_without_a_pause_still_gets_its_own_messages()
    {
        await using var relay = RelayApp.OnSockets(("DeliveryWindowMessages", "5000"), ("SenderMessagesPerSecond", "1000000000"));
        var busy = await relay.Enter("busy");
        var alice = await relay.Enter("alice");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sending = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                    await busy.Send("nobody", "x");
            },
            TestContext.Current.CancellationToken);

        await alice.SendMany("busy", 500);
        await busy.SeesMessages(500);

        await enough.CancelAsync();
        await sending;
    }

    [Fact]
    public async Task A_client_that_reads_nothing_costs_a_bounded_amount_and_others_go_on()
    {
        await using var relay = RelayApp.OnSockets();
        await using var link = Link.To(relay.Url);
        await using var deaf = new RawPeer(link.Url);
        await deaf.Enter("deaf");
        link.StallToClient();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");

        for (var i = 0; i < 100; i++)
            await alice.Send("deaf", new byte[60_000]);
        for (var i = 0; i < 100; i++)
            await alice.Send("bob", "hello");

        await bob.SeesMessages(100);
        await alice.SeesAnswers(200);
        Assert.Empty(alice.All<Queued>());
        Assert.InRange(link.BytesToClient, 0, 2 << 20);
    }
}
