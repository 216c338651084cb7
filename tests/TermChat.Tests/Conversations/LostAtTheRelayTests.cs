using Client.Transport;
using Client.Transport.Loopback;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TermChat.Conversations;
using TestKit;

namespace TermChat.Tests.Conversations;

/// <summary>The relay takes messages and then cannot keep them, or is away for long: what alice wrote does not stay behind.</summary>
public sealed class LostAtTheRelayTests : IAsyncLifetime
{
    private readonly LoopbackNetwork _network = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly Person _alice = new();
    private readonly Person _bob = new();
    private readonly ScriptedPath _path;

    public LostAtTheRelayTests() => _path = new ScriptedPath(_network.Join(_alice.PeerId));

    public ValueTask InitializeAsync()
    {
        _alice.Start(_path, _time);
        _bob.Start(_network.Join(_bob.PeerId), _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _path.Answer();

        // Bob first: he may still owe alice an acknowledgement, and would wait, by a clock that stands, to be rid of it.
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task A_message_the_mailbox_had_no_room_for_goes_again_though_its_recipient_never_writes()
    {
        _path.IsSwallowing = true;
        var line = _alice.Chat.Send(_bob.PeerId, "hello, bob");
        await Eventually.Is("it is at the relay", () => StateOf(line) == LineState.Sent);

        _path.Lose(_bob.PeerId, LossReason.Evicted);
        await Eventually.Is("alice sees that it is not", () => StateOf(line) == LineState.Waiting);
        _path.IsSwallowing = false;

        await Eventually.Is("bob has it", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _bob.Received(_alice).SequenceEqual(["hello, bob"]);
        });
    }

    [Fact]
    public async Task A_message_that_is_lost_before_the_relay_has_said_that_it_took_it_goes_again_at_once()
    {
        _path.IsSwallowing = true;
        _path.HoldAnswers();
        _alice.Chat.Send(_bob.PeerId, "hello, bob");
        await Eventually.Is("the relay has it", () => _path.Taken.Count == 1);

        _path.Lose(_bob.PeerId, LossReason.Expired);
        _path.IsSwallowing = false;
        await AliceHasLookedAsync();
        _path.Answer();

        await Eventually.Is("bob has it", () => _bob.Received(_alice).SequenceEqual(["hello, bob"]));
    }

    [Fact]
    public async Task A_waiting_message_does_not_hammer_a_relay_that_is_away()
    {
        _path.Break();
        _alice.Chat.Send(_bob.PeerId, "hello, bob");
        await Eventually.Is("alice's wish cuts the pause short", () => _path.Dialled > 0);
        var dialled = _path.Dialled;

        for (var second = 0; second < 30; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await AliceHasLookedAsync();
        }

        Assert.Equal(dialled, _path.Dialled);

        _path.Repair();
        await Eventually.Is("bob has it", () => _bob.Received(_alice).SequenceEqual(["hello, bob"]));
    }

    [Fact]
    public async Task A_message_is_shown_though_the_one_before_it_could_not_go_and_the_word_about_that_was_lost()
    {
        _path.Failures[1] = new TransportException(TransportError.Io, "payload too large") { Code = ErrorCode.PayloadTooLarge };
        _path.Failures[3] = new TransportException(TransportError.ConnectionClosed, "The connection broke.");
        _path.Break();
        _alice.Chat.Send(_bob.PeerId, "too large for this relay");
        _alice.Chat.Send(_bob.PeerId, "and this one is not");
        _path.Repair();

        await Eventually.Is("bob sees it", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _bob.Received(_alice).SequenceEqual(["and this one is not"]);
        });
    }

    [Fact]
    public async Task Acknowledgements_a_relay_refuses_are_not_offered_as_fast_as_it_can_refuse()
    {
        _path.Refusal = new TransportException(TransportError.Io, "payload too large") { Code = ErrorCode.PayloadTooLarge };
        for (var i = 1; i <= 20; i++)
        {
            _bob.Chat.Send(_alice.PeerId, $"{i}");
            await Eventually.Is("alice has it", () => _alice.Received(_bob).Count == i);
        }

        // The clock stands, so only what was on its way when the first was refused may be offered as well.
        Assert.InRange(_path.Taken.Count, 1, 3);

        _path.Refusal = null;
        await Eventually.Is("bob knows", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _bob.HasDelivered(_alice, 20);
        });
    }

    [Fact]
    public async Task What_a_ping_waited_for_before_it_left_is_no_part_of_the_way()
    {
        _path.Break();
        var ping = _alice.Chat.PingAsync(_bob.PeerId, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await AliceHasLookedAsync();
        _time.Advance(TimeSpan.FromSeconds(30));

        _path.Repair();

        Assert.InRange((await ping).RoundTrip, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Nobody_waits_for_an_answer_from_oneself() =>
        Assert.Contains("your own", Assert.Throws<ArgumentException>(() => _alice.Chat.Send(_alice.PeerId, "hello, me")).Message, StringComparison.Ordinal);

    private LineState StateOf(ChatLine line) => _alice.Chat.Line(line.Number)!.State;

    /// <summary>Alice's program has taken note of everything until now: it announces changes in the order of their causes.</summary>
    private async Task AliceHasLookedAsync()
    {
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(ChatChange change)
        {
            if (change.Kind == ChatChangeKind.Connection)
                looked.TrySetResult();
        }

        _alice.Chat.Changed += Look;
        _path.Touch();
        await looked.Task.WaitAsync(Eventually.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        _alice.Chat.Changed -= Look;
    }
}
