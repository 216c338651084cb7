using System.Collections.Concurrent;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using Relay.Hub;
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
    public async Task What_came_too_late_is_said_by_each_connection_until_the_relay_is_known_to_know()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        var ids = Enumerable.Range(0, 4).Select(_ => MessageId.New()).ToArray();
        relay.OnRegister = async caller =>
        {
            // The first connection ends, and what it had been told is lost; the second one's is not.
            var known = relay.Registrations.Count > 2 ? 4 : 0;
            await caller.SendAsync("Registered", new Registered { ProtocolVersion = RelayProtocol.Version, Epoch = "epoch", Limits = ScriptedRelay.Limits(), Sequence = known });
            if (known == 0)
                await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [Message(ids[2]), Message(ids[0], repeat: true), Message(ids[1], repeat: true), Message(ids[3])] });
        };
        await using var bob = Transport(link.Url, Bob);
        var losses = Losses(bob);
        (await bob.ReceiveAsync(Token)).Acknowledge();
        (await bob.ReceiveAsync(Token)).Acknowledge();

        for (var connection = 1; connection <= 2; connection++)
        {
            await Eventually.Is("the relay is told once", () => Told(relay) == connection);
            link.Reset();
            await Eventually.Is("there is another connection", () => relay.Registrations.Count == connection + 1);
            Assert.Equal(1, relay.Registrations.Last().Sequence);
        }

        await UntilAsync(bob, RelayConnectionState.Connected);
        link.Reset();
        await Eventually.Is("there is another connection", () => relay.Registrations.Count == 4);
        Assert.Equal(4, relay.Registrations.Last().Sequence);
        Assert.Equal([ids[0], ids[1]], Assert.Single(losses).Ids);
    }

    [Fact]
    public async Task No_more_is_said_at_once_of_what_came_too_late_than_a_relay_takes()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            var old = MessageId.New();
            await caller.SendAsync("Registered", ScriptedRelay.Registered(ScriptedRelay.Limits(deliveryWindowMessages: 2)));
            await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [Message(MessageId.New())] });
            for (var position = 2; position <= 6; position += 2)
            {
                await caller.SendAsync("Deliver", new Delivery { First = position, Messages = [Message(old, repeat: true)] });
                await caller.SendAsync("Missed", new Missed { Count = 1, Sequence = position + 1 });
            }

            await caller.SendAsync("Deliver", new Delivery { First = 8, Messages = [Message(MessageId.New())] });
        };
        await using var bob = Transport(relay.Url, Bob);
        var first = await bob.ReceiveAsync(Token);
        first.Hold();
        await bob.ReceiveAsync(Token);
        first.Acknowledge();

        await Eventually.Is("all is acknowledged", () => relay.Acknowledged(one => one.Sequence == 7));
        lock (relay.Acknowledgements)
        {
            var said = relay.Acknowledgements.Where(one => one.Late is not null).Select(one => (one.Sequence, string.Join(' ', one.Late!.Select(range => $"{range.From}-{range.To}"))));
            Assert.Equal([(5, "2-2 4-4"), (7, "6-6")], said);
        }
    }

    /// <remarks>It ends the session first, and then its client hears of it: what comes meanwhile has no effect, however it is answered.</remarks>
    [Fact]
    public async Task What_came_too_late_is_reported_though_the_relay_ends_the_connection_in_the_same_moment()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var losses = Losses(alice);
        await alice.ConnectAsync(Bob, Token);
        await bob.ConnectAsync(Alice, Token);
        bob.LossReported += loss =>
        {
            if (loss.Reason == LossReason.Late)
                host.Services.GetRequiredService<RelayAdministration>().Disconnect(Bob);
        };
        var receiving = ReceiveNumbersAsync(bob, 3);

        OutgoingMessage first = Numbered(1), second = Numbered(2);
        await alice.SendAsync(Bob, second, Token);
        await alice.SendAsync(Bob, first with { IsRepeat = true }, Token);
        await Eventually.Is("bob is cut off", () => bob.State != RelayConnectionState.Connected);
        bob.ReconnectNow();
        await alice.SendAsync(Bob, Numbered(3), Token);
        await alice.SendAsync(Bob, Numbered(4), Token);

        Assert.Equal((int[])[2, 3, 4], await receiving);
        await Eventually.Is("alice knows of the first", () => !losses.IsEmpty);
        Assert.Equal(first.Id, Assert.Single(Ids(losses)));
    }

    [Fact]
    public async Task A_relay_cannot_make_a_client_remember_more_and_more_that_came_too_late()
    {
        const int Most = 65_536;
        const int Each = 20_000;
        await using var relay = await ScriptedRelay.StartAsync();
        var next = 2L;
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            if (relay.Registrations.Count == 1)
                await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [Message(MessageId.New())] });
            var old = new MessageId(new Guid(1, 0, 0, new byte[8]));
            for (var frames = 0; frames < 5; frames++, next += Each)
                await caller.SendAsync("Deliver", new Delivery { First = next, Messages = [.. Enumerable.Repeat(Message(old, repeat: true), Each)] });
        };
        await using var bob = Transport(relay.Url, Bob);
        var lost = 0L;
        bob.LossReported += loss => Interlocked.Add(ref lost, loss.Reason == LossReason.Late ? loss.Count : 0);
        var reasons = Reasons(bob);
        (await bob.ReceiveAsync(Token)).Acknowledge();

        // It closes by itself, and the next connections bring no more of them.
        await Eventually.Is("there were five connections", () => relay.Registrations.Count >= 5);
        Assert.Contains("repeats that came too late", reasons.First().Message, StringComparison.Ordinal);
        Assert.InRange(Interlocked.Read(ref lost), Most, Most + Each);
    }

    private static int Told(ScriptedRelay relay)
    {
        lock (relay.Acknowledgements)
            return relay.Acknowledgements.Count(one => one.Late is [{ From: 2, To: 3 }]);
    }

    private static DeliveredMessage Message(MessageId id, bool repeat = false) =>
        new() { From = Alice.Value, Id = id, Payload = new byte[] { 1 }, Repeat = repeat };

    private static IEnumerable<MessageId> Ids(IEnumerable<LossReport> losses) =>
        losses.Where(loss => loss.Reason == LossReason.Late).SelectMany(loss => loss.Ids);
}
