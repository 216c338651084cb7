using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Rows 7a to 9a and 12a: what becomes of a message that was handed over.</summary>
public sealed class RelaySendTests : RelayTests
{
    [Fact]
    public async Task UC4_7a_a_send_fails_when_the_connection_breaks_before_its_answer()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        await using var alice = Transport(link.Url, Alice);
        var handedOver = new TaskCompletionSource();
        relay.OnRelay = (_, _) =>
        {
            handedOver.TrySetResult();
            return Task.CompletedTask;
        };

        var sending = alice.SendAsync(Bob, Text("x"), Token).AsTask();
        await handedOver.Task.WaitAsync(Eventually.Patience, Token);
        link.Cut();

        var failure = await FailureOfAsync(() => sending);
        Assert.Equal(TransportError.ConnectionClosed, failure.Error);
        await Eventually.Is("it is not connected", () => !alice.IsConnected(Bob));
    }

    [Fact]
    public async Task UC4_7a_everything_that_was_under_way_or_waited_for_room_fails_too()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        await using var alice = Transport(link.Url, Alice);
        var only = await alice.ConnectAsync(Bob, Token);

        // Three times the window: some sent, some in the link's queue, some before it.
        var sends = Enumerable.Range(0, 768).Select(i => only.SendAsync(Bob, Numbered(i), Token)).ToArray();
        link.Cut();

        foreach (var send in sends)
            Assert.Equal(TransportError.ConnectionClosed, (await FailureOfAsync(() => send)).Error);
    }

    [Fact]
    public async Task UC4_7b_a_payload_over_the_limit_is_refused_and_the_connection_stays()
    {
        await using var host = await RelayHost.StartAsync(options => options.MaxPayloadBytes = 1000);
        await using var link = Link.To(host.Url);
        await using var alice = Transport(link.Url, Alice);
        await alice.SendAsync(Bob, new OutgoingMessage(new byte[1000]), Token);

        var failure = await FailureOfAsync(() => alice.SendAsync(Bob, new OutgoingMessage(new byte[1001]), Token).AsTask());

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Equal(ErrorCode.PayloadTooLarge, failure.Code);
        Assert.Contains("payload too large", failure.Message, StringComparison.Ordinal);
        await alice.SendAsync(Bob, new OutgoingMessage(new byte[1000]), Token);
        Assert.Equal(1, link.Connections);
    }

    [Fact]
    public async Task UC4_7b_a_refusal_by_the_relay_itself_fails_that_message_alone()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRelay = async (caller, request) =>
        {
            await caller.SendAsync("Error", new RelayError { Code = (int)ErrorCode.PayloadTooLarge, Message = "payload too large: 9", Number = request.First });
            if (request.Messages!.Count > 1)
                await caller.SendAsync("Accepted", Range(request.First + 1, request.First + request.Messages.Count - 1));
        };
        await using var alice = Transport(relay.Url, Alice);

        var failure = await FailureOfAsync(() => alice.SendAsync(Bob, Text("x"), Token).AsTask());

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("payload too large", failure.Message, StringComparison.Ordinal);
        Assert.True(alice.IsConnected(Bob));
    }

    [Fact]
    public async Task UC4_8a_8b_what_is_sent_to_somebody_away_is_queued_and_delivered_in_order()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        for (var i = 0; i < 300; i++)
            Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, Numbered(i), Token)).Status);

        await using var bob = Transport(host.Url, Bob);

        Assert.Equal(Enumerable.Range(0, 300), await ReceiveNumbersAsync(bob, 300));
    }

    [Fact]
    public async Task UC4_8a_the_oldest_are_evicted_and_both_sides_are_told()
    {
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = 10);
        await using var alice = Transport(host.Url, Alice);
        var toAlice = Losses(alice);
        var sent = Enumerable.Range(0, 14).Select(Numbered).ToArray();
        foreach (var message in sent)
            await alice.SendAsync(Bob, message, Token);

        await using var bob = Transport(host.Url, Bob);
        var toBob = Losses(bob);

        Assert.Equal(Enumerable.Range(4, 10), await ReceiveNumbersAsync(bob, 10));
        await Eventually.Is("alice knows which are lost", () => toAlice.Sum(loss => loss.Count) == 4);
        Assert.Equal(sent.Take(4).Select(message => message.Id), toAlice.SelectMany(loss => loss.Ids));
        Assert.All(toAlice, loss => Assert.Equal((LossDirection.Sent, LossReason.Evicted, (PeerId?)Bob), (loss.Direction, loss.Reason, loss.Peer)));
        var gap = Assert.Single(toBob);
        Assert.Equal((LossDirection.Received, 4L), (gap.Direction, gap.Count));
    }

    [Fact]
    public async Task UC4_8a_a_loss_reaches_a_sender_that_was_away_and_only_once()
    {
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = 1);
        await using (var alice = Transport(host.Url, Alice))
            await alice.SendAsync(Bob, Text("first"), Token);
        await using (var carol = Transport(host.Url, PeerId.Parse("carol")))
            await carol.SendAsync(Bob, Text("second"), Token);

        await using (var again = Transport(host.Url, Alice))
        {
            var told = Losses(again);
            await again.ConnectAsync(Bob, Token);
            await Eventually.Is("alice is told of her loss", () => told.Count == 1);
            await again.SendAsync(PeerId.Parse("erin"), Text("after"), Token);
        }

        await using var third = Transport(host.Url, Alice);
        var toldAgain = Losses(third);
        await third.SendAsync(PeerId.Parse("dave"), Text("after"), Token);
        Assert.Empty(toldAgain);
    }

    [Fact]
    public async Task UC4_8a_a_loss_is_told_once_though_the_relay_tells_it_again_for_want_of_an_acknowledgement()
    {
        await using var host = await RelayHost.StartAsync(options => options.MailboxMessages = 1);
        await using var link = Link.To(host.Url);
        await using var alice = Transport(link.Url, Alice);
        await using var mallory = Transport(host.Url, PeerId.Parse("mallory"));
        var told = Losses(alice);
        var (first, second) = (Text("first"), Text("second"));
        await alice.SendAsync(Bob, first, Token);

        // She is told, and what she answers does not get through.
        link.StallToServer();
        await mallory.SendAsync(Bob, Text("in place of the first"), Token);
        await Eventually.Is("alice is told of her loss", () => told.Count == 1);
        link.Reset();
        link.Resume();

        // Reports come in order: before the next one, the first has come again.
        await Eventually.Is("alice is back", () => link.Connections == 2 && alice.State == RelayConnectionState.Connected);
        await alice.SendAsync(Bob, second, Token);
        await mallory.SendAsync(Bob, Text("in place of the second"), Token);
        await Eventually.Is("alice is told of the next one", () => told.Any(loss => loss.Ids.Contains(second.Id)));

        Assert.Equal([first.Id, second.Id], told.SelectMany(loss => loss.Ids));
        Assert.Equal(2, told.Sum(loss => loss.Count));
    }

    [Fact]
    public async Task UC4_12a_a_retry_of_unknown_outcome_is_received_once()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(link.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        await alice.ConnectAsync(Bob, Token);

        // The relay's answers no longer arrive, so the message does and its sender can't know.
        link.StallToClient();
        var message = Text("once");
        var sending = alice.SendAsync(Bob, message, Token).AsTask();
        Assert.Equal("once", await ReceiveTextAsync(bob));
        link.Resume();
        link.Reset();
        await sending.ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
        await Eventually.Is("alice has connected again", () => link.Connections > 1 && alice.State == RelayConnectionState.Connected);

        await alice.SendAsync(Bob, message, Token);
        await alice.SendAsync(Bob, Text("next"), Token);

        Assert.Equal("next", await ReceiveTextAsync(bob));
    }

    [Fact]
    public async Task A_slow_recipient_slows_its_sender_and_nobody_else()
    {
        await using var host = await RelayHost.StartAsync(options =>
        {
            options.MailboxMessages = 10;
            options.SendWindowMessages = 20;
            options.DeliveryWindowMessages = 5;
        });
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await using var carol = Transport(host.Url, PeerId.Parse("carol"));
        await using var dave = Transport(host.Url, PeerId.Parse("dave"));
        await bob.ConnectAsync(Alice, Token);
        await dave.ConnectAsync(Alice, Token);

        // Bob receives nothing yet: ten are accepted, the rest waits.
        var link = await alice.ConnectAsync(Bob, Token);
        var sends = Enumerable.Range(0, 100).Select(i => link.SendAsync(Bob, Numbered(i), Token)).ToArray();
        await Eventually.Is("ten are accepted", () => sends.Count(send => send.IsCompletedSuccessfully) == 10);
        var others = ReceiveNumbersAsync(dave, 50);
        for (var i = 0; i < 50; i++)
            await carol.SendAsync(dave.Self, Numbered(i), Token);
        Assert.Equal(Enumerable.Range(0, 50), await others);
        Assert.Equal(10, sends.Count(send => send.IsCompleted));

        Assert.Equal(Enumerable.Range(0, 100), await ReceiveNumbersAsync(bob, 100));
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);
    }

    [Fact]
    public async Task A_cancelled_send_that_waits_for_room_is_never_sent()
    {
        await using var host = await RelayHost.StartAsync(options =>
        {
            options.MailboxMessages = 1;
            options.SendWindowMessages = 1;
        });
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        using var impatience = new CancellationTokenSource();
        var link = await alice.ConnectAsync(Bob, Token);
        var accepted = link.SendAsync(Bob, Numbered(1), Token);
        var waiting = link.SendAsync(Bob, Numbered(2), Token);
        var cancelled = link.SendAsync(Bob, Numbered(3), impatience.Token);
        await accepted.WaitAsync(Eventually.Patience, Token);

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var receiving = ReceiveNumbersAsync(bob, 3);
        await waiting.WaitAsync(Eventually.Patience, Token);
        await link.SendAsync(Bob, Numbered(4), Token);
        Assert.Equal((int[])[1, 2, 4], await receiving);
    }

    [Fact]
    public async Task A_relay_that_answers_nonsense_harms_nobody()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRelay = async (caller, request) =>
        {
            await caller.SendAsync("Accepted", new Accepted { Ranges = [new NumberRange { From = long.MinValue, To = -5 }, new NumberRange { From = 9, To = 3 }] });
            await caller.SendAsync("Accepted", new Accepted());
            await caller.SendAsync("Error", new RelayError { Code = 99, Message = "?", Number = 12345 });
            await caller.SendAsync("Queued", new Queued { Ranges = [new NumberRange { From = long.MinValue, To = long.MaxValue }] });
        };
        await using var alice = Transport(relay.Url, Alice);

        Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, Text("x"), Token)).Status);
        Assert.True(alice.IsConnected(Bob));
    }

    private static Accepted Range(long from, long to) => new() { Ranges = [new NumberRange { From = from, To = to }] };
}
