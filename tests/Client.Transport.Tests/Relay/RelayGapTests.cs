using System.Globalization;
using System.Text;
using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Messages that were lost between others: whoever is left comes in order, and the losses are counted, each once.</summary>
public sealed class RelayGapTests : RelayTests
{
    private const int Capacity = 100;
    private static readonly PeerId Mallory = PeerId.Parse("mallory");

    [Theory]
    [InlineData(null)]
    [InlineData(1200)]
    [InlineData(2000)]
    [InlineData(2800)]
    [InlineData(3600)]
    public async Task What_a_flood_left_comes_in_order_and_every_loss_is_counted_once_wherever_the_connection_breaks(int? bytesBeforeTheBreak)
    {
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = Capacity);
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var mallory = Transport(host.Url, Mallory);
        var reported = 0L;
        mallory.LossReported += loss => Interlocked.Add(ref reported, loss.Count);

        // A friend's message every hundred of a stranger's; of the stranger's only as many stay as there is room for.
        for (var i = 0; i < 20; i++)
        {
            await alice.SendAsync(Bob, Numbered(i), Token);
            await Task.WhenAll(Enumerable.Range(0, Capacity).Select(j => mallory.SendAsync(Bob, Numbered(1000 + (Capacity * i) + j), Token).AsTask()));
        }

        if (bytesBeforeTheBreak is { } bytes)
            link.CutAfter(bytes, Towards.Client);
        await using var bob = Transport(link.Url, Bob);
        var missed = 0L;
        bob.LossReported += loss => missed += loss.Direction == LossDirection.Received ? loss.Count : 0;
        var receiving = ReceiveNumbersAsync(bob, Capacity);
        if (bytesBeforeTheBreak is not null)
        {
            await Eventually.Is("the link is cut", () => link.IsCut);
            link.Restore();
        }

        var received = await receiving;
        Assert.Equal(Enumerable.Range(0, 20), received.Where(number => number < 1000));
        Assert.Equal(Enumerable.Range(1000 + (20 * Capacity) - 80, 80), received.Where(number => number >= 1000));
        Assert.Equal((20 * Capacity) - 80, missed);
        await Eventually.Is("the stranger knows of each loss", () => Interlocked.Read(ref reported) == (20 * Capacity) - 80);
        await Eventually.Is("all but the message in hand is acknowledged, the gaps too", () => host.Acknowledged(Bob) == (20 * (Capacity + 1)) - 1);
    }

    [Fact]
    public async Task What_was_received_before_it_was_lost_between_others_is_no_loss()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, Texts(1, 2, 3, 4)[..(relay.Registrations.Count == 1 ? 4 : 1)]));
            if (relay.Registrations.Count == 1)
                return;

            await caller.SendAsync("Missed", new Missed { Count = 4, Sequence = 5 });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(6, Texts(6)));
        };
        await using var bob = Transport(link.Url, Bob);
        var losses = Losses(bob);
        await bob.ConnectAsync(Alice, Token);
        var held = new List<ReceivedMessage>();
        for (var i = 1; i <= 4; i++)
            held.Add(await HoldNextAsync(bob, $"{i}"));

        link.Reset();

        held.Add(await HoldNextAsync(bob, "6"));
        Assert.Equal(1, Assert.Single(losses).Count);
        held.ForEach(message => message.Acknowledge());
        await Eventually.Is("all is acknowledged", () => LastAcknowledged(relay) == 6);
    }

    [Fact]
    public async Task What_a_broken_connection_still_had_to_say_is_said_again_and_no_message_between_two_losses_is_lost_with_them()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            if (relay.Registrations.Count == 1)
                await caller.SendAsync("Missed", new Missed { Count = 1, Sequence = 1 });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(2, Texts(2)));
            await caller.SendAsync("Missed", new Missed { Count = 1, Sequence = 3 });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(4, Texts(4)));
        };
        await using var bob = Transport(link.Url, Bob);
        var reasons = Reasons(bob);
        var losses = new List<LossReport>();
        bob.LossReported += loss =>
        {
            // The application takes its time over the first loss, and meanwhile all the rest comes and the connection breaks.
            losses.Add(loss);
            if (losses.Count > 1)
                return;

            Assert.True(SpinWait.SpinUntil(() => link.BytesToClient > 0 && bob.State == RelayConnectionState.Connected, Eventually.Patience));
            link.Reset();
            Assert.True(SpinWait.SpinUntil(() => !reasons.IsEmpty, Eventually.Patience));
        };

        Assert.Equal(["2", "4"], [await ReceiveTextAsync(bob), await ReceiveTextAsync(bob)]);
        Assert.Equal([1, 1], losses.Select(loss => loss.Count));
        Assert.Equal(1, relay.Registrations.Last().Sequence);
    }

    [Fact]
    public async Task A_gap_is_acknowledged_only_when_what_came_before_it_is_taken()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, Texts(1)));
            await caller.SendAsync("Missed", new Missed { Count = 3, Sequence = 4 });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(5, Texts(5)));
        };
        await using var bob = Transport(relay.Url, Bob);
        var losses = Losses(bob);
        await bob.ConnectAsync(Alice, Token);

        var first = await HoldNextAsync(bob, "1");
        var second = await HoldNextAsync(bob, "5");
        second.Acknowledge();
        Assert.Equal(0, LastAcknowledged(relay));
        first.Acknowledge();

        await Eventually.Is("all is acknowledged", () => LastAcknowledged(relay) == 5);
        Assert.Equal(3, Assert.Single(losses).Count);
    }

    [Fact]
    public async Task A_relay_that_delivers_and_then_says_it_was_lost_gains_no_room_by_it()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            for (var first = 1; first <= 601; first += 200)
            {
                await caller.SendAsync("Deliver", ScriptedRelay.Delivery(first, [.. Enumerable.Repeat<byte[]>([1], 200)]));
                await caller.SendAsync("Missed", new Missed { Count = 200, Sequence = first + 199 });
            }
        };
        await using var bob = Transport(relay.Url, Bob);
        var reasons = Reasons(bob);
        await bob.ConnectAsync(Alice, Token);

        await Eventually.Is("the transport has left", () => reasons.Any(reason => reason.Message.Contains("delivers more", StringComparison.Ordinal)));
    }

    private static byte[][] Texts(params int[] numbers) =>
        [.. numbers.Select(number => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)))];

    private static async Task<ReceivedMessage> HoldNextAsync(RelayTransport transport, string text)
    {
        var message = await transport.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        message.Hold();
        Assert.Equal(text, Encoding.UTF8.GetString(message.Payload.Span));
        return message;
    }

    private static long LastAcknowledged(ScriptedRelay relay)
    {
        lock (relay.Acknowledgements)
            return relay.Acknowledgements.Count == 0 ? 0 : relay.Acknowledgements[^1].Sequence;
    }
}
