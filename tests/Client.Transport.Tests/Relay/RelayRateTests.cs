using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Observability;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay takes so much from one sender in a second. Whoever sends more is slowed down, and nothing else.</summary>
public sealed class RelayRateTests : RelayTests
{
    [Fact]
    public async Task More_messages_than_the_rate_all_come_once_and_in_order()
    {
        var time = new FakeTimeProvider();
        await using var host = await RelayHost.StartAsync(
            options => (options.SenderMessagesPerSecond, options.MailboxMessages) = (400, 2000), services => services.AddSingleton<TimeProvider>(time));
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var receiving = ReceiveNumbersAsync(bob, 1200);

        var sends = Enumerable.Range(0, 1200).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()).ToArray();
        await HeldBackAsync(host, time, receiving);

        Assert.Equal(Enumerable.Range(0, 1200), await receiving);
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);
    }

    [Fact]
    public async Task More_bytes_than_the_rate_all_come_once_and_in_order()
    {
        var time = new FakeTimeProvider();
        await using var host = await RelayHost.StartAsync(
            options => options.SenderBytesPerSecond = 1 << 20, services => services.AddSingleton<TimeProvider>(time));
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);

        var sends = Enumerable.Range(0, 40)
            .Select(i => alice.SendAsync(Bob, new OutgoingMessage((byte[])[(byte)i, .. new byte[65_535]]), Token).AsTask()).ToArray();
        var receiving = ReceiveAsync();
        await HeldBackAsync(host, time, receiving);

        await receiving;
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);

        async Task ReceiveAsync()
        {
            for (var i = 0; i < 40; i++)
            {
                var message = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
                Assert.Equal((i, 65_536), (message.Payload.Span[0], message.Payload.Length));
                message.Acknowledge();
            }
        }
    }

    [Fact]
    public async Task A_payload_of_the_largest_size_goes_under_the_lowest_rate()
    {
        await using var host = await RelayHost.StartAsync(options => (options.SenderMessagesPerSecond, options.SenderBytesPerSecond) = (1, 1024));
        await using var alice = Transport(host.Url, Alice);

        Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, new OutgoingMessage(new byte[65_536]), Token)).Status);
    }

    [Fact]
    public async Task One_sender_that_is_held_back_holds_back_no_other()
    {
        await using var host = await RelayHost.StartAsync(options => options.SenderMessagesPerSecond = 1);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var flood = Enumerable.Range(0, 600).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()).ToArray();
        await Eventually.Is("alice is refused", () => Refusals(host) > 0);

        await bob.SendAsync(Alice, Text("at once"), Token);

        Assert.Equal("at once", await ReceiveTextAsync(alice));
        Assert.Contains(flood, send => !send.IsCompleted);
        await alice.DisposeAsync();
        foreach (var send in flood.Where(send => !send.IsCompletedSuccessfully))
            await FailureOfAsync(() => send);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_much_is_held_back_loses_and_repeats_nothing()
    {
        await using var host = await RelayHost.StartAsync(options => (options.SenderMessagesPerSecond, options.MailboxMessages) = (400, 2000));
        await using var link = Link.To(host.Url);
        await using var alice = new HybridTransport(null, Transport(link.Url, Alice), new HybridTransportOptions { FlushInterval = TimeSpan.FromMilliseconds(50) });
        await using var bob = Transport(host.Url, Bob);
        var receiving = ReceiveNumbersAsync(bob, 1200);
        var sends = Enumerable.Range(0, 1200).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()).ToArray();

        for (var cut = 1; cut <= 3; cut++)
        {
            var refusals = Refusals(host);
            await Eventually.Is("alice is held back", () => Refusals(host) > refusals || receiving.IsCompleted);
            link.Reset();
        }

        Assert.Equal(Enumerable.Range(0, 1200), await receiving);
        foreach (var send in sends)
            await ((await send.WaitAsync(Eventually.Patience, Token)).Settled ?? Task.CompletedTask).WaitAsync(Eventually.Patience, Token);
    }

    [Fact]
    public async Task A_relay_that_never_has_enough_is_asked_again_once_for_each_pause_and_never_with_more_than_a_window()
    {
        var time = new FakeTimeProvider();
        var calls = 0;
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRelay = async (caller, request) =>
        {
            Interlocked.Add(ref calls, request.Messages!.Count);
            await caller.SendCoreAsync("Error", [new RelayError { Code = (int)ErrorCode.SendRateExceeded, Message = "never", Number = request.First }]);
        };
        await using var alice = new RelayTransport(Options(relay.Url, Alice), time);
        await alice.ConnectAsync(Bob, Token);
        var sends = Enumerable.Range(0, 600).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()).ToArray();

        for (var pause = 1; pause <= 5; pause++)
        {
            var before = Volatile.Read(ref calls);
            await Eventually.Is("it is asked again", () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
                return Volatile.Read(ref calls) > before;
            });
        }

        Assert.All(sends, send => Assert.False(send.IsCompleted));
        await alice.DisposeAsync();
        foreach (var send in sends)
            Assert.Equal(TransportError.ConnectionClosed, (await FailureOfAsync(() => send)).Error);
    }

    /// <summary>The relay's clock stands until the sender is held back, however slow the machine is, and then runs until all has come.</summary>
    private static async Task HeldBackAsync(RelayHost host, FakeTimeProvider time, Task coming)
    {
        await Eventually.Is("the sender is held back", () => Refusals(host) > 0);
        await Eventually.Is("all has come", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            return coming.IsCompleted;
        });
    }

    private static long Refusals(RelayHost host) => host.Services.GetRequiredService<RelayStatus>().Read().Refused;
}
