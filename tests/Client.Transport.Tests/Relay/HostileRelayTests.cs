using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay that says what none should: the transport loses its connection at the worst, and nothing else.</summary>
[Collection(nameof(Alone))]
public sealed class HostileRelayTests : RelayTests
{
    private static readonly NumberRange Everything = new() { From = 1, To = long.MaxValue };

    [Fact]
    public async Task Callbacks_without_a_message_are_passed_over()
    {
        using var logs = LogVerifier.Fresh();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(logs));
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            foreach (var callback in typeof(IRelayClient).GetMethods().Where(method => method.Name is not (nameof(IRelayClient.Replaced) or nameof(IRelayClient.Challenge))))
                await caller.SendAsync(callback.Name, null);
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Accepted", new Accepted { Ranges = [null!, new NumberRange()], Read = long.MinValue });
        };
        relay.OnRelay = (caller, request) => caller.SendAsync("Accepted", new Accepted { Ranges = [null!, new NumberRange { From = request.First, To = request.First }] });
        await using (var alice = new RelayTransport(Options(relay.Url, Alice), loggerFactory: loggers))
            Assert.Equal(SendStatus.Accepted, (await alice.SendAsync(Bob, Text("x"), Token)).Status);

        Assert.DoesNotContain(logs.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Answers_to_every_number_there_is_answer_what_was_sent_and_take_no_time()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRelay = async (caller, _) =>
        {
            await caller.SendAsync("Error", new RelayError { Code = 4, Number = long.MinValue, RetryAfterMilliseconds = int.MinValue });
            await caller.SendAsync("Queued", new Queued { Ranges = [.. Enumerable.Repeat(Everything, 1000)] });
            await caller.SendAsync("Accepted", new Accepted { Ranges = [new NumberRange { From = long.MinValue, To = long.MaxValue }], Read = long.MaxValue });
        };
        await using var alice = Transport(relay.Url, Alice);

        for (var i = 0; i < 5; i++)
            Assert.NotEqual(SendStatus.Pending, (await alice.SendAsync(Bob, Numbered(i), Token)).Status);
    }

    [Fact]
    public async Task A_relay_with_a_window_of_gigabytes_gets_no_connection() =>
        await RefusesAsync(new Registered { Epoch = "epoch", Limits = Window(messages: int.MaxValue) });

    [Fact]
    public async Task A_relay_with_a_window_without_bytes_gets_no_connection() => await RefusesAsync(new Registered { Epoch = "epoch", Limits = Window(bytes: 0) });

    [Fact]
    public async Task A_relay_that_registers_from_a_position_below_zero_gets_no_connection() =>
        await RefusesAsync(new Registered { Epoch = "epoch", Sequence = long.MinValue, Limits = Window() });

    [Fact]
    public async Task More_bytes_than_the_relays_window_end_the_connection()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", new Registered { Epoch = "epoch", Limits = Window(bytes: 1000) });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, new byte[5000]));
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(2, [1]));
        };
        await using var bob = new RelayTransport(Options(relay.Url, Bob) with { ReconnectDelay = TimeSpan.FromHours(1), MaxReconnectDelay = TimeSpan.FromHours(1) });
        var reasons = Reasons(bob);

        // One message may always come, however large; the second is one too many while nobody takes the first.
        var connecting = bob.ConnectAsync(Alice, Token).AsTask();

        await Eventually.Is("the transport has left", () => !reasons.IsEmpty);
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Contains("1000 bytes", Assert.Single(reasons).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Losses_that_cannot_be_are_passed_over_and_what_is_delivered_behind_them_arrives_and_is_acknowledged()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            await caller.SendAsync("Registered", ScriptedRelay.Registered());
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(1, [1]));
            await caller.SendAsync("Missed", new Missed { Count = 1, Sequence = long.MinValue });
            await caller.SendAsync("Missed", new Missed { Count = -3, Sequence = 2 });
            await caller.SendAsync("Dropped", new Dropped { Report = 1, To = "alice", Ids = [MessageId.New().ToBytes()], Count = long.MinValue });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(2, [2]));
        };
        await using var bob = Transport(relay.Url, Bob);
        var losses = Losses(bob);

        Assert.Equal([1], (await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.ToArray());
        Assert.Equal([2], (await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.ToArray());

        // Whoever asks for the next one has taken the one before.
        var next = bob.ReceiveAsync(Token).AsTask();
        await Eventually.Is("both are acknowledged", () => relay.Acknowledged(like => like.Sequence == 2));
        Assert.Equal((LossDirection.Sent, 1), Assert.Single(losses.Select(loss => (loss.Direction, loss.Count))));

        await bob.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next);
    }

    private static RelayLimits Window(int messages = 256, int bytes = 1 << 20) => new()
    {
        MaxPayloadBytes = 65_536,
        SendWindowMessages = 256,
        SendWindowBytes = 1 << 20,
        MaxBatchMessages = 128,
        MaxBatchBytes = 128 << 10,
        DeliveryWindowMessages = messages,
        DeliveryWindowBytes = bytes,
    };

    private static async Task RefusesAsync(Registered registered)
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = caller => caller.SendAsync("Registered", registered);
        await using var alice = Transport(relay.Url, Alice);

        Assert.Equal(TransportError.Io, (await FailureToConnectAsync(alice)).Error);
    }
}
