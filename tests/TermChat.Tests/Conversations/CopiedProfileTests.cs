using Client.Transport.Loopback;
using Microsoft.Extensions.Time.Testing;
using TermChat.Conversations;
using TestKit;

namespace TermChat.Tests.Conversations;

/// <summary>A program that begins with bob's key and nothing else: it has no session with alice, and does not know that it ever talked to her.</summary>
public sealed class CopiedProfileTests : IAsyncLifetime
{
    private readonly LoopbackNetwork _network = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly Person _alice = new();
    private readonly Person _bob = new();
    private readonly Person _copy;

    public CopiedProfileTests() => _copy = new Person(copyOf: _bob);

    public ValueTask InitializeAsync()
    {
        _alice.Start(_network.Join(_alice.PeerId), _time);
        _bob.Start(_network.Join(_bob.PeerId), _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _copy.DisposeAsync();
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task A_message_in_the_middle_of_a_conversation_reaches_a_copy_of_the_peer()
    {
        _alice.Chat.Send(_bob.PeerId, "hello, bob");
        await Eventually.Is("bob has it", () => _alice.HasDelivered(_bob, 1));
        _bob.Chat.Send(_alice.PeerId, "hello, alice");
        await Eventually.Is("alice has it", () => _bob.HasDelivered(_alice, 1));

        await TheCopyTakesOverAsync();
        _alice.Chat.Send(_bob.PeerId, "still there?");
        _alice.Chat.Send(_bob.PeerId, "bob?");

        await TheCopyHasAsync("still there?", "bob?");
    }

    [Fact]
    public async Task A_message_that_answers_what_the_peer_said_before_it_was_copied_reaches_the_copy()
    {
        // Alice has begun no handshake, and answers bob's. The copy knows nothing of it.
        _bob.Chat.Send(_alice.PeerId, "hello, alice");
        await Eventually.Is("alice has it", () => _alice.Received(_bob).Count == 1);

        await TheCopyTakesOverAsync();
        _alice.Chat.Send(_bob.PeerId, "hello, bob");

        await TheCopyHasAsync("hello, bob");
    }

    private async Task TheCopyTakesOverAsync()
    {
        await _bob.StopAsync();
        _copy.Start(_network.Join(_copy.PeerId), _time);
    }

    private Task TheCopyHasAsync(params string[] texts) => Eventually.Is("the copy has them, and alice knows", () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return _copy.Received(_alice).SequenceEqual(texts)
            && _alice.Chat.Lines(_bob.PeerId, 10).TakeLast(texts.Length).All(line => line.State == LineState.Delivered);
    });
}
