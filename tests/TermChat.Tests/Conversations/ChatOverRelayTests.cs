using System.Collections.Concurrent;
using Client.Transport;
using Client.Transport.Relay;
using TermChat.Conversations;
using TestKit;

namespace TermChat.Tests.Conversations;

/// <summary>Two people chat through a real relay: one line shown, one stored, whatever restarts in between.</summary>
public sealed class ChatOverRelayTests : IAsyncLifetime
{
    private readonly Person _alice = new();
    private readonly Person _bob = new();
    private RelayHost _relay = null!;

    public async ValueTask InitializeAsync() => _relay = await RelayHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_shown_to_the_peer_and_delivered_to_its_sender()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);

        _alice.Chat.Send(_bob.PeerId, "hello, bob");

        await Eventually.Is("bob sees it", () => _bob.Received(_alice).SequenceEqual(["hello, bob"]));
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 1));
        Assert.Equal(TransportKind.Relay, Assert.Single(_alice.Chat.Lines(_bob.PeerId, 10)).Path);
        Assert.Equal(TransportKind.Relay, Assert.Single(_bob.Chat.Lines(_alice.PeerId, 10)).Path);
    }

    [Fact]
    public async Task Messages_to_somebody_who_is_away_and_unknown_arrive_when_he_comes()
    {
        _alice.Start(_relay.Url);
        foreach (var number in Enumerable.Range(1, 50))
            _alice.Chat.Send(_bob.PeerId, $"{number}");
        await Eventually.Is("all are at the relay", () => _alice.Chat.Lines(_bob.PeerId, 100).All(line => line.State == LineState.Sent));

        _bob.Start(_relay.Url);

        await Eventually.Is("bob sees all in order", () => _bob.Received(_alice).SequenceEqual(Enumerable.Range(1, 50).Select(number => $"{number}")));
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 50));
    }

    [Fact]
    public async Task The_sender_may_be_gone_before_the_recipient_comes()
    {
        _alice.Start(_relay.Url);
        _alice.Chat.Send(_bob.PeerId, "read this when you are up");
        await Eventually.Is("it is at the relay", () => _alice.Chat.Lines(_bob.PeerId, 1)[0].State == LineState.Sent);
        await _alice.StopAsync();

        _bob.Start(_relay.Url);
        await Eventually.Is("bob sees it", () => _bob.Received(_alice).Count == 1);
        _bob.Chat.FlushTimeout = Eventually.Patience;
        await _bob.StopAsync();

        _alice.Start(_relay.Url);
        await Eventually.Is("alice knows, from an acknowledgement that waited for her", () => _alice.HasDelivered(_bob, 1));
    }

    [Fact]
    public async Task While_it_tries_again_it_says_why_there_is_no_connection()
    {
        await _relay.StopAsync();
        var chat = _alice.Start(_relay.Url);
        var states = new ConcurrentQueue<ConnectionStatus>();
        chat.Changed += _ => states.Enqueue(chat.Connection);

        await Eventually.Is("it tries again", () => states.Any(state => state is { State: RelayConnectionState.Connecting, Reason: not null }));

        Assert.All(states.Select(state => state.Reason).OfType<string>(), reason => Assert.Contains("cannot be reached", reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_restarts_in_the_middle_of_a_conversation_loses_nothing()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        await TalkAsync(1);
        await _relay.StopAsync();
        _alice.Chat.Send(_bob.PeerId, "said while the relay was down");
        await _relay.StartAgainAsync();

        await Eventually.Is("bob sees it", () => _bob.Received(_alice).Contains("said while the relay was down"));
        await TalkAsync(2);
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 3));
        Assert.Equal(["a1", "said while the relay was down", "a2"], _bob.Received(_alice));
    }

    [Fact]
    public async Task A_relay_that_forgets_what_waited_gets_it_again()
    {
        _alice.Start(_relay.Url);
        _alice.Chat.Send(_bob.PeerId, "one");
        _alice.Chat.Send(_bob.PeerId, "two");
        await Eventually.Is("both are at the relay", () => _alice.Chat.Lines(_bob.PeerId, 10).All(line => line.State == LineState.Sent));
        await _relay.StopAsync();
        await _relay.StartAgainAsync();

        _bob.Start(_relay.Url);

        await Eventually.Is("bob sees both", () => _bob.Received(_alice).SequenceEqual(["one", "two"]));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Whoever_restarts_the_conversation_goes_on_without_a_lost_or_repeated_line(bool sender, bool recipient)
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        await TalkAsync(1);

        if (sender)
            await _alice.StopAsync();
        if (recipient)
            await _bob.StopAsync();
        if (sender)
            _alice.Start(_relay.Url);
        _alice.Chat.Send(_bob.PeerId, "in between");
        if (recipient)
            _bob.Start(_relay.Url);

        await TalkAsync(2);
        Assert.Equal(["a1", "in between", "a2"], _bob.Received(_alice));
        Assert.Equal(["b1", "b2"], _alice.Received(_bob));
        await Eventually.Is("all is delivered", () => _alice.HasDelivered(_bob, 3) && _bob.HasDelivered(_alice, 2));
    }

    [Fact]
    public async Task A_thousand_messages_that_waited_arrive_in_order()
    {
        _alice.Start(_relay.Url);
        foreach (var number in Enumerable.Range(1, 1000))
            _alice.Chat.Send(_bob.PeerId, $"{number}");
        await Eventually.Is("all are at the relay", () => _alice.Chat.Lines(_bob.PeerId, 1)[0].State == LineState.Sent);

        _bob.Start(_relay.Url);

        await Eventually.Is("bob has them all", () => _bob.Received(_alice).Count == 1000);
        Assert.Equal(Enumerable.Range(1, 1000).Select(number => $"{number}"), _bob.Received(_alice));
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 1000));
    }

    [Fact]
    public async Task More_than_a_relay_keeps_waits_in_the_outbox_and_follows_in_order()
    {
        _alice.Start(_relay.Url);
        foreach (var number in Enumerable.Range(1, 1300))
            _alice.Chat.Send(_bob.PeerId, $"{number}");
        await Eventually.Is("a mailbox full is at the relay", () => _alice.Chat.Lines(_bob.PeerId, 2000).Count(line => line.State == LineState.Sent) == 1000);

        _bob.Start(_relay.Url);

        await Eventually.Is("bob has them all", () => _bob.Received(_alice).Count == 1300);
        Assert.Equal(Enumerable.Range(1, 1300).Select(number => $"{number}"), _bob.Received(_alice));
    }

    [Fact]
    public async Task Both_begin_at_once_and_talk_in_one_session()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        _alice.Chat.Send(_bob.PeerId, "a0");
        _bob.Chat.Send(_alice.PeerId, "b0");
        await Eventually.Is("both see both", () => _bob.Received(_alice).Count == 1 && _alice.Received(_bob).Count == 1);

        await TalkAsync(1);

        Assert.Equal(["a0", "a1"], _bob.Received(_alice));
        Assert.Equal(["b0", "b1"], _alice.Received(_bob));
    }

    [Fact]
    public async Task A_ping_goes_through_the_session_and_says_which_way()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);

        var reply = await _alice.Chat.PingAsync(_bob.PeerId, Eventually.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(TransportKind.Relay, reply.Path);
        Assert.InRange(reply.RoundTrip, TimeSpan.FromTicks(1), Eventually.Patience);
    }

    [Fact]
    public async Task A_ping_to_somebody_who_is_away_ends_in_time()
    {
        _alice.Start(_relay.Url);

        await Assert.ThrowsAsync<TimeoutException>(() => _alice.Chat.PingAsync(_bob.PeerId, TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_another_process_of_the_profile_puts_into_the_outbox_goes_out()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        await using var beside = _alice.StartAnother(_relay.Url);

        var line = beside.Send(_bob.PeerId, "from the command line");

        await Eventually.Is("bob sees it", () => _bob.Received(_alice).SequenceEqual(["from the command line"]));
        await Eventually.Is("the other process knows", () => beside.Line(line.Number)!.State == LineState.Delivered);
    }

    [Fact]
    public async Task When_the_process_that_is_online_ends_the_one_beside_it_takes_its_place()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        await using var beside = _bob.StartAnother(_relay.Url);
        Assert.Equal(RelayConnectionState.Idle, beside.Connection.State);
        _alice.Chat.Send(_bob.PeerId, "to both");
        await Eventually.Is("the one beside sees what the other one received", () => beside.Lines(_alice.PeerId, 10) is [{ Text: "to both" }]);

        await _bob.StopAsync();

        await Eventually.Is("it is online", () => beside.Connection.State == RelayConnectionState.Connected);
        _alice.Chat.Send(_bob.PeerId, "to the one that is left");
        await Eventually.Is("it receives", () => beside.Lines(_alice.PeerId, 10) is [_, { Text: "to the one that is left" }]);
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 2));
    }

    [Fact]
    public async Task Each_received_line_is_taken_until_it_is_marked()
    {
        _alice.Start(_relay.Url);
        _bob.Start(_relay.Url);
        _alice.Chat.Send(_bob.PeerId, "one");
        var taken = await _bob.Chat.TakeUnlistedAsync(10, TestContext.Current.CancellationToken);
        Assert.Equal(["one"], taken.Select(line => line.Text));
        await _bob.StopAsync();
        _bob.Start(_relay.Url);

        var again = await _bob.Chat.TakeUnlistedAsync(10, TestContext.Current.CancellationToken);
        _bob.Chat.MarkListed(again);
        _alice.Chat.Send(_bob.PeerId, "two");
        var next = await _bob.Chat.TakeUnlistedAsync(10, TestContext.Current.CancellationToken);

        Assert.Equal(["one"], again.Select(line => line.Text));
        Assert.Equal(["two"], next.Select(line => line.Text));
    }

    private async Task TalkAsync(int round)
    {
        _alice.Chat.Send(_bob.PeerId, $"a{round}");
        await Eventually.Is($"bob sees a{round}", () => _bob.Received(_alice) is [.., var last] && last == $"a{round}");
        _bob.Chat.Send(_alice.PeerId, $"b{round}");
        await Eventually.Is($"alice sees b{round}", () => _alice.Received(_bob) is [.., var last] && last == $"b{round}");
    }
}
