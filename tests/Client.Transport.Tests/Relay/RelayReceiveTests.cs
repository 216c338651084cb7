using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Rows 9a to 11a, and what is acknowledged when.</summary>
public sealed class RelayReceiveTests : RelayTests
{
    [Fact]
    public async Task UC4_9a_what_a_broken_connection_left_unacknowledged_comes_again_in_its_place()
    {
        // Room for all: while bob is away, a fuller mailbox would evict the oldest, and say so.
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = 2000);
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(link.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        var carrier = await alice.ConnectAsync(Bob, Token);

        var sends = Enumerable.Range(0, 2000).Select(i => carrier.SendAsync(Bob, Numbered(i), Token)).ToArray();
        var received = new List<int>();
        while (received.Count < 2000)
        {
            if (received.Count % 400 == 100)
                link.Reset();
            received.AddRange(await ReceiveNumbersAsync(bob, 1));
        }

        Assert.Equal(Enumerable.Range(0, 2000), received);
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);
    }

    [Fact]
    public async Task UC4_9a_a_connection_cut_in_the_middle_of_a_frame_loses_nothing()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(link.Url, Bob);
        for (var i = 0; i < 100; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);

        // In the middle of the one delivery that holds them all.
        link.CutAfter(2000, Towards.Client);
        var receiving = ReceiveNumbersAsync(bob, 100);
        await Eventually.Is("the link is cut", () => link.IsCut);
        link.Restore();

        Assert.Equal(Enumerable.Range(0, 100), await receiving);
    }

    /// <remarks>While the relay has the report it knows the repeat by it. Afterwards it would take it for new, and deliver it behind its successors.</remarks>
    [Fact]
    public async Task A_report_is_acknowledged_when_no_repeat_of_what_it_names_is_under_way()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        var asked = new TaskCompletionSource<(IClientProxy Caller, RelayRequest Request)>();
        relay.OnRelay = async (caller, request) =>
        {
            await caller.SendAsync("Dropped", new Dropped
            {
                Report = 1,
                To = Bob.Value,
                Ids = [request.Messages![0].Id.ToBytes()],
                Count = 1,
                Reason = (int)DropReason.Evicted,
            });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, "one"u8.ToArray()));
            asked.SetResult((caller, request));
        };
        await using var alice = Transport(relay.Url, Alice);
        var sending = alice.SendAsync(Bob, Numbered(0), Token).AsTask();

        (await alice.ReceiveAsync(Token)).Acknowledge();
        await Eventually.Is("the delivery is acknowledged", () => relay.Acknowledged(one => one.Sequence == 1));
        Assert.False(relay.Acknowledged(one => one.Report == 1), "The report is acknowledged before the repeat has its answer.");

        var (caller, request) = await asked.Task;
        await caller.SendAsync("Accepted", new Accepted { Ranges = [new NumberRange { From = request.First, To = request.First }] }, Token);
        await sending.WaitAsync(Eventually.Patience, Token);
        await Eventually.Is("the report is acknowledged", () => relay.Acknowledged(one => one.Report == 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1L << 53) + 1)]
    [InlineData(long.MaxValue)]
    public async Task A_report_with_a_number_that_is_none_does_not_make_repeats_of_those_behind_it(long number)
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Dropped", new Dropped { Report = number, To = Alice.Value, Count = 7 });
            await caller.SendAsync("Dropped", new Dropped { Report = 1, To = Alice.Value, Count = 3 });
        };
        await using var bob = Transport(relay.Url, Bob);
        var losses = Losses(bob);
        await bob.ConnectAsync(Alice, Token);

        await Eventually.Is("the loss is told", () => !losses.IsEmpty);
        Assert.Equal(3, Assert.Single(losses).Count);
    }

    [Fact]
    public async Task UC4_10a_malformed_frames_are_dropped_and_the_next_good_one_counts()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", "no delivery at all");
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, [1]), 2, 3);
            await caller.SendAsync("Deliver", (object?)null);
            await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = null });
            await caller.SendAsync("Deliver", new Delivery { First = -5, Messages = [new DeliveredMessage()] });
            await caller.SendAsync("Deliver", new Delivery { First = 1, Messages = [new DeliveredMessage { From = "no peer!", Id = MessageId.New() }] });
            await caller.SendAsync("NobodyKnows", 1);
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(2, "good"u8.ToArray()));
        };
        await using var bob = Transport(relay.Url, Bob);
        var losses = Losses(bob);

        Assert.Equal("good", await ReceiveTextAsync(bob));

        Assert.True(bob.IsConnected(Alice));
        Assert.Equal(1, relay.OpenConnections);
        Assert.Equal(1, Assert.Single(losses).Count);
    }

    [Fact]
    public async Task UC4_11a_the_sender_is_the_one_the_relay_attests()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);

        await alice.SendAsync(Bob, Text("From: carol"), Token);

        Assert.Equal(Alice, (await bob.ReceiveAsync(Token)).Sender);
    }

    [Fact]
    public async Task A_program_killed_with_a_message_in_hand_gets_it_again_and_none_before_it()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        for (var i = 0; i < 5; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);

        await using (var link = Link.To(host.Url))
        {
            var killed = Transport(link.Url, Bob);
            Assert.Equal((int[])[0, 1, 2], await ReceiveNumbersAsync(killed, 3));
            await Task.WhenAll(UntilAcknowledgedAsync(host, 2));
            link.Cut();
            await killed.DisposeAsync();
        }

        await using var next = Transport(host.Url, Bob);
        Assert.Equal((int[])[2, 3, 4], await ReceiveNumbersAsync(next, 3));
    }

    [Fact]
    public async Task A_held_message_comes_again_to_the_next_program_until_it_is_acknowledged()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        for (var i = 0; i < 3; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);

        await using (var first = Transport(host.Url, Bob))
        {
            (await first.ReceiveAsync(Token)).Hold();
            (await first.ReceiveAsync(Token)).Acknowledge();
        }

        await using (var second = Transport(host.Url, Bob))
        {
            Assert.Equal((int[])[0, 1, 2], await ReceiveNumbersAsync(second, 3));
        }

        await using (var third = Transport(host.Url, Bob))
        {
            var last = await third.ReceiveAsync(Token);
            Assert.Equal("2"u8.ToArray(), last.Payload.ToArray());
            last.Acknowledge();
        }

        await using var fourth = Transport(host.Url, Bob);
        await alice.SendAsync(Bob, Numbered(9), Token);
        Assert.Equal((int[])[9], await ReceiveNumbersAsync(fourth, 1));
    }

    [Fact]
    public async Task A_message_held_across_a_reconnect_is_not_seen_twice_and_can_still_be_acknowledged()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await alice.SendAsync(Bob, Text("held"), Token);
        await using (var bob = Transport(link.Url, Bob))
        {
            var held = await bob.ReceiveAsync(Token);
            held.Hold();
            link.Reset();
            await alice.SendAsync(Bob, Text("next"), Token);
            Assert.Equal("next", await ReceiveTextAsync(bob));
            held.Acknowledge();
            await UntilAcknowledgedAsync(host, 1);
        }

        await using var again = Transport(host.Url, Bob);
        Assert.Equal("next", await ReceiveTextAsync(again));
    }

    [Fact]
    public async Task A_relay_that_delivers_more_than_it_announced_is_left()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, [.. Enumerable.Repeat<byte[]>([1], 300)]));
        };
        await using var bob = Transport(relay.Url, Bob);
        var reasons = Reasons(bob);
        await bob.ConnectAsync(Alice, Token);

        await Eventually.Is("the transport has left", () => reasons.Any(reason => reason.Message.Contains("delivers more", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_comes_again_though_it_was_taken_is_acknowledged_again()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        IClientProxy? caller = null;
        relay.OnRegister = async registering =>
        {
            caller = registering;
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, "once"u8.ToArray()));
        };
        await using var bob = Transport(relay.Url, Bob);
        (await bob.ReceiveAsync(Token)).Acknowledge();
        await Eventually.Is("it is acknowledged", () => AcknowledgementsOf(relay, 1) == 1);

        // A relay that refused the acknowledgement, because it came before the position was delivered on this connection.
        await caller!.SendAsync("Deliver", ScriptedRelay.Delivery(1, "once"u8.ToArray()), Token);

        await Eventually.Is("it is acknowledged again", () => AcknowledgementsOf(relay, 1) == 2);
    }

    [Fact]
    public async Task What_the_relay_has_lost_takes_no_room_in_its_window()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        var payloads = Enumerable.Repeat<byte[]>([1], 200).ToArray();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            if (relay.Registrations.Count == 1)
            {
                await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, payloads));
                return;
            }

            await caller.SendAsync("Missed", new Missed { Count = 300, Sequence = 300 });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(301, payloads));
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(501, "last"u8.ToArray()));
        };
        await using var bob = Transport(link.Url, Bob);
        var reasons = Reasons(bob);
        await bob.ConnectAsync(Alice, Token);

        for (var i = 0; i < 400; i++)
        {
            (await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Hold();
            if (i == 199)
                link.Reset();
        }

        Assert.Equal("last", await ReceiveTextAsync(bob));
        Assert.DoesNotContain(reasons, reason => reason.Message.Contains("delivers more", StringComparison.Ordinal));
    }

    private static int AcknowledgementsOf(ScriptedRelay relay, long sequence)
    {
        lock (relay.Acknowledgements)
            return relay.Acknowledgements.Count(one => one.Sequence == sequence);
    }

    private static Task UntilAcknowledgedAsync(RelayHost host, int count) => Eventually.Is(
        $"{count} messages are acknowledged", () => host.Acknowledged(Bob) >= count);
}
