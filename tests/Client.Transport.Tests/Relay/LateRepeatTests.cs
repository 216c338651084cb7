using System.Collections.Concurrent;
using System.Text;
using Client.Transport.Hybrid;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A message that is sent again because its answer was lost never comes behind what was sent after it: if it would, it is lost, and both sides are told.</summary>
public sealed class LateRepeatTests : RelayTests
{
    private const int Capacity = 100;

    // Behind a call of which nothing was heard only full ones go, up to the window. So there have to be more than that for the relay to get all of it.
    private const int Window = 256;
    private const int Messages = 400;
    private const int Lost = Window - Capacity;

    /// <summary>The one thing nobody but the recipient knows: that the relay that is gone had lost these and delivered those behind them.</summary>
    [Fact]
    public async Task What_a_relay_had_lost_before_its_restart_does_not_come_by_the_next_one_behind_its_successors()
    {
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = Capacity);
        await using var link = Link.To(host.Url);
        await using var alicesRelay = Transport(link.Url, Alice);
        await using var alice = new HybridTransport(null, alicesRelay, new HybridTransportOptions { MaxInFlight = Messages });
        var alicesLosses = new ConcurrentQueue<LossReport>();
        alice.LossReported += alicesLosses.Enqueue;
        await using (var before = Transport(host.Url, Bob))
            await before.ConnectAsync(Alice, Token);
        await alicesRelay.ConnectAsync(Bob, Token);

        // Of so many for somebody who is away the first are lost. Alice hears of nothing.
        link.StallToClient();
        var messages = Enumerable.Range(1, Messages).Select(Numbered).ToArray();
        var sends = messages.Select(message => alice.SendAsync(Bob, message, Token).AsTask()).ToArray();
        await Eventually.Is("the relay has taken a window, and lost what it could not keep", () => host.LastOf(Bob) == Window);

        await using var bob = Transport(host.Url, Bob);
        var bobsLosses = Losses(bob);
        Assert.Equal(Enumerable.Range(Lost + 1, Capacity), await ReceiveNumbersAsync(bob, Capacity));

        await host.StopAsync();
        await host.StartAgainAsync();
        await Eventually.Is("bob is at the next relay", () => host.ConnectedPeers == 1);
        link.Resume();
        link.Reset();
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);

        Assert.Equal(Enumerable.Range(Window + 1, Messages - Window), await ReceiveNumbersAsync(bob, Messages - Window));
        await Eventually.Is("alice knows which are lost", () => Ids(alicesLosses).Count() >= Lost);
        Assert.Equal(messages[..Lost].Select(message => message.Id), Ids(alicesLosses));
        Assert.All(alicesLosses.Where(loss => loss.Reason == LossReason.Late), loss => Assert.Equal((LossDirection.Sent, Bob), (loss.Direction, loss.Peer)));
        Assert.Equal(messages[..Lost].Select(message => message.Id), Ids(bobsLosses));
        Assert.All(bobsLosses.Where(loss => loss.Reason == LossReason.Late), loss => Assert.Equal((LossDirection.Received, Alice), (loss.Direction, loss.Peer)));
        await Eventually.Is("all but the message in hand is acknowledged", () => host.Acknowledged(Bob) == Messages - 1);
    }

    [Fact]
    public async Task A_message_that_is_known_to_be_lost_and_sent_once_more_comes_behind_the_others()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var losses = Losses(alice);
        await bob.ConnectAsync(Alice, Token);
        OutgoingMessage first = Numbered(1), second = Numbered(2);

        await alice.SendAsync(Bob, second, Token);
        Assert.Equal("2", await ReceiveTextAsync(bob));
        var receiving = ReceiveTextAsync(bob);
        await alice.SendAsync(Bob, first with { IsRepeat = true }, Token);
        await Eventually.Is("alice knows that it came too late", () => !losses.IsEmpty);
        await Eventually.Is("the relay knows that she knows", () => !host.HasReportsFor(Alice));

        await alice.SendAsync(Bob, first, Token);

        Assert.Equal("1", await receiving);
        Assert.Equal(first.Id, Assert.Single(Ids(losses)));
    }

    [Fact]
    public async Task Repeats_in_their_old_order_all_come_and_those_that_came_before_are_not_lost()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var (alicesLosses, bobsLosses) = (Losses(alice), Losses(bob));
        await bob.ConnectAsync(Alice, Token);
        var messages = Enumerable.Range(1, 6).Select(number => Numbered(number) with { IsRepeat = true }).ToArray();

        foreach (var message in messages[..3])
            await alice.SendAsync(Bob, message, Token);
        Assert.Equal((int[])[1, 2, 3], await ReceiveNumbersAsync(bob, 3));
        await Eventually.Is("two of them are out of the relay", () => host.Acknowledged(Bob) == 2);
        foreach (var message in messages)
            await alice.SendAsync(Bob, message, Token);

        Assert.Equal((int[])[4, 5, 6], await ReceiveNumbersAsync(bob, 3));
        await Eventually.Is("all but the message in hand is acknowledged", () => host.Acknowledged(Bob) == 7);
        Assert.Empty(alicesLosses);
        Assert.Empty(bobsLosses);
    }

    /// <remarks>Of whoever gives ids that do not go up nothing is taken for late but what is a repeat.</remarks>
    [Fact]
    public async Task A_message_that_is_no_repeat_comes_whatever_its_id()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        var messages = Enumerable.Range(1, 5).Select(Numbered).ToArray();

        foreach (var message in messages.Reverse())
            await alice.SendAsync(Bob, message, Token);

        Assert.Equal((int[])[5, 4, 3, 2, 1], await ReceiveNumbersAsync(bob, 5));
    }

    [Fact]
    public async Task What_came_too_late_is_said_again_by_the_next_connection_if_the_relay_may_not_have_heard_it()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        var ids = Enumerable.Range(0, 4).Select(_ => MessageId.New()).ToArray();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [Message(ids[2]), Message(ids[0], repeat: true), Message(ids[1], repeat: true), Message(ids[3])] });
        };
        var heard = new ConcurrentQueue<Acknowledgement>();
        relay.OnAcknowledge = acknowledgement =>
        {
            heard.Enqueue(acknowledgement);

            // The first to name them breaks the connection before it is answered.
            if (acknowledgement.Late is not null && relay.Registrations.Count == 1)
                link.Reset();
            return relay.Registrations.Count == 1 && acknowledgement.Late is not null ? Never : Task.CompletedTask;
        };
        await using var bob = Transport(link.Url, Bob);
        var losses = Losses(bob);
        (await bob.ReceiveAsync(Token)).Acknowledge();
        (await bob.ReceiveAsync(Token)).Acknowledge();

        await Eventually.Is("the next connection is told", () => relay.Registrations.Count == 2 && heard.Count(IsWhole) == 2);
        Assert.Equal(1, relay.Registrations.Last().Sequence);
        Assert.Equal([ids[0], ids[1]], Ids(losses));
        Assert.Single(losses);

        // Once heard they are not said again.
        link.Reset();
        await Eventually.Is("there is a third connection", () => relay.Registrations.Count == 3);
        Assert.Equal(4, relay.Registrations.Last().Sequence);
    }

    [Fact]
    public async Task A_relay_that_never_answers_what_came_too_late_may_not_bring_more_and_more_of_it()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnAcknowledge = acknowledgement => acknowledgement.Late is null ? Task.CompletedTask : Never;
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered(ScriptedRelay.Limits(deliveryWindowMessages: 4)));
            if (relay.Registrations.Count > 1)
                return;

            var old = MessageId.New();
            await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [Message(MessageId.New())] });
            for (var position = 2; position <= 10; position++)
                await caller.SendAsync("Deliver", new Delivery { First = position, Messages = [Message(old, repeat: true)] });
        };
        await using var bob = Transport(relay.Url, Bob);
        var reasons = Reasons(bob);
        await bob.ReceiveAsync(Token);

        await Eventually.Is("the connection is closed", () => !reasons.IsEmpty);
        Assert.Contains("delivers more without an acknowledgement", reasons.First().Message, StringComparison.Ordinal);
    }

    private static Task Never => new TaskCompletionSource().Task.WaitAsync(Token);

    private static bool IsWhole(Acknowledgement acknowledgement) =>
        acknowledgement is { Sequence: 4 or 3, Late: [{ From: 2, To: 3 }] };

    private static DeliveredMessage Message(MessageId id, bool repeat = false) =>
        new() { From = Alice.Value, Id = id, Payload = Encoding.UTF8.GetBytes("x"), Repeat = repeat };

    private static IEnumerable<MessageId> Ids(IEnumerable<LossReport> losses) =>
        losses.Where(loss => loss.Reason == LossReason.Late).SelectMany(loss => loss.Ids);
}
