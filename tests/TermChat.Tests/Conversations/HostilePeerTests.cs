using Client.Transport;
using Client.Transport.Loopback;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Conversations.Frames;
using TermChat.Sessions;
using TestKit;

namespace TermChat.Tests.Conversations;

/// <summary>Mallory has a key of his own, and may send anything. Bob's chat with alice goes on, and shows nothing that is not what it claims to be.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private readonly LoopbackNetwork _network = new();
    private readonly LogVerifier _logs = new();
    private readonly ILoggerFactory _loggers;
    private readonly Person _alice = new();
    private readonly Person _bob;
    private readonly PeerKey _malloryKey = PeerKey.Generate();
    private readonly SessionTable _mallorySessions;
    private readonly LoopbackTransport _mallory;

    public HostilePeerTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        _bob = new Person(_loggers);
        _mallorySessions = new SessionTable(_malloryKey);
        _mallory = _network.Join(_malloryKey.PeerId);
    }

    public ValueTask InitializeAsync()
    {
        _alice.Start(_network.Join(_alice.PeerId));
        _bob.Start(_network.Join(_bob.PeerId));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _mallory.DisposeAsync();
        _mallorySessions.Dispose();
        _loggers.Dispose();
        _logs.NeverReveal(_alice.PeerId.Value, _bob.PeerId.Value, _malloryKey.PeerId.Value, "secret words", Convert.ToHexString(_malloryKey.PublicKey)).Verify();
        _malloryKey.Dispose();
    }

    [Fact]
    public async Task Noise_from_the_network_is_logged_by_its_hash_and_nothing_else_happens()
    {
        var random = new Random(7);
        for (var length = 0; length < 300; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            if (length > 0)
                bytes[0] = (byte)(length % 5);
            await SendRawAsync(bytes);
        }

        await AliceIsHeardAsync();
        Assert.DoesNotContain(_bob.Chat.Conversations(), conversation => conversation.Peer == _malloryKey.PeerId);
        Assert.Contains(_logs.Entries, entry => entry.Id.Id == 4100 && entry.Message.Contains("hash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frames_of_nonsense_inside_a_good_session_are_dropped()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 2 == 0)
                bytes[0] = (byte)(0x90 + random.Next(16));
            await SendSealedAsync(bytes);
        }

        await AliceIsHeardAsync();
    }

    [Theory]
    [InlineData(11, "ahead")]
    [InlineData(-31 * 24 * 60, "days ago")]
    public async Task A_message_with_a_time_far_off_is_not_shown_and_its_sender_is_told(int minutes, string why)
    {
        var message = Text(1, at: TimeProvider.System.GetUtcNow().AddMinutes(minutes));
        await SendAsync(new Frame { Text = message });

        var refusal = Assert.Single((await AnswerAsync(frame => frame.Refused is not null)).Refused!);
        Assert.True(refusal.Id.Span.SequenceEqual(message.Id.Span));
        Assert.Contains(why, MessageCheck.Explain(refusal.Reason), StringComparison.Ordinal);
        Assert.Empty(_bob.Chat.Lines(_malloryKey.PeerId, 10));
    }

    [Fact]
    public async Task A_text_that_is_empty_missing_or_too_long_is_refused()
    {
        foreach (var (text, sequence) in new[] { ("", 1), (null, 2), (new string('x', ChatText.MaxBytes + 1), 3) })
        {
            await SendAsync(new Frame { Text = Text(sequence, text) });
            Assert.Equal((int)RefusalReason.Text, (await AnswerAsync(frame => frame.Refused is not null)).Refused![0].Reason);
        }

        await SendAsync(new Frame { Text = Text(4, "and this one is fine") });
        await Eventually.Is("bob sees it, and did not wait for the others", () => _bob.Chat.Lines(_malloryKey.PeerId, 10) is [{ Text: "and this one is fine" }]);
    }

    [Fact]
    public async Task A_message_without_a_usable_id_place_or_time_is_dropped()
    {
        var good = Text(1);
        TextMessage[] wrong =
        [
            new() { Stream = good.Stream, Sequence = 1, Floor = 1, At = good.At, Text = "secret words" },
            new() { Id = new byte[15], Stream = good.Stream, Sequence = 1, Floor = 1, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Sequence = 1, Floor = 1, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = 0, Floor = 0, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = 1, Floor = 2, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = long.MaxValue, Floor = 1, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = 1, Floor = -5, At = good.At, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = 1, Floor = 1, At = long.MinValue, Text = "secret words" },
            new() { Id = good.Id, Stream = good.Stream, Sequence = 1, Floor = 1, At = 1L << 53, Text = "secret words" },
        ];
        foreach (var message in wrong)
            await SendAsync(new Frame { Text = message });

        await AliceIsHeardAsync();
        Assert.Empty(_bob.Chat.Lines(_malloryKey.PeerId, 10));
    }

    [Fact]
    public async Task A_stolen_packet_cannot_be_passed_on_as_ones_own_nor_as_its_owners_again()
    {
        // Alice's packets as they lie at a relay that works for mallory.
        using var aliceSessions = new SessionTable(_alice.Key);
        Assert.True(aliceSessions.TrySeal(_bob.PeerId, FrameCodec.Encode(new Frame { Text = Text(1, "pay mallory") }), out var stolen));

        await SendRawAsync(stolen.Bytes);

        await AliceIsHeardAsync();
        Assert.Empty(_bob.Chat.Lines(_malloryKey.PeerId, 10));
        Assert.DoesNotContain("pay mallory", _bob.Received(_alice));
        Assert.Contains(_logs.Entries, entry => entry.Message.Contains(nameof(OpenOutcome.WrongSender), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_acknowledges_or_refuses_a_message_for_another()
    {
        await _alice.StopAsync();
        var line = _bob.Chat.Send(_alice.PeerId, "for alice");

        await SendAsync(new Frame { Acknowledged = [line.Id.ToBytes()] });
        await SendAsync(new Frame { Refused = [new Refusal { Id = line.Id.ToBytes(), Reason = 1 }, null!] });
        await BobHasReadAllAsync();

        Assert.Equal(LineState.Waiting, _bob.Chat.Line(line.Number)!.State);
    }

    [Fact]
    public async Task Nobody_answers_a_ping_for_another()
    {
        await _alice.StopAsync();
        var ping = _bob.Chat.PingAsync(_alice.PeerId, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        for (var i = 0; i < 20; i++)
            await SendAsync(new Frame { Pong = new byte[16] });
        await BobHasReadAllAsync();

        Assert.False(ping.IsCompleted);
        await _bob.StopAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => ping);
    }

    [Fact]
    public async Task Lists_longer_than_anybody_needs_cost_nothing()
    {
        await SendAsync(new Frame
        {
            Acknowledged = [.. Enumerable.Range(0, 3000).Select(_ => (ReadOnlyMemory<byte>)MessageId.New().ToBytes())],
            Unreadable = [.. Enumerable.Range(0, 1000).Select(i => (ulong)i)],
            Ping = new byte[40],
            Settled = new Settlement { Stream = MessageId.New().ToBytes(), Floor = 1L << 53 },
        });

        await AliceIsHeardAsync();
    }

    [Fact]
    public async Task A_flood_of_messages_that_wait_for_one_that_never_comes_ends_in_bounds()
    {
        var stream = MessageId.New().ToBytes();
        for (var sequence = 2; sequence < 300; sequence++)
            await SendAsync(new Frame { Text = Text(sequence, stream: stream, floor: 1) });
        await AliceIsHeardAsync();

        Assert.Empty(_bob.Chat.Lines(_malloryKey.PeerId, 10));
    }

    private static TextMessage Text(long sequence, string? text = "hello", DateTimeOffset? at = null, byte[]? stream = null, long? floor = null) => new()
    {
        Id = MessageId.New().ToBytes(),
        Stream = stream ?? new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
        Sequence = sequence,
        Floor = floor ?? 1,
        At = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeMilliseconds(),
        Text = text,
    };

    private Task SendAsync(Frame frame) => SendSealedAsync(FrameCodec.Encode(frame));

    private async Task SendSealedAsync(byte[] plaintext)
    {
        Assert.True(_mallorySessions.TrySeal(_bob.PeerId, plaintext, out var packet));
        await SendRawAsync(packet.Bytes);
    }

    private async Task SendRawAsync(ReadOnlyMemory<byte> bytes) =>
        await _mallory.SendAsync(_bob.PeerId, new OutgoingMessage(bytes), TestContext.Current.CancellationToken);

    /// <summary>What bob says to mallory, up to the frame that is looked for.</summary>
    private async Task<Frame> AnswerAsync(Func<Frame, bool> isIt)
    {
        while (true)
        {
            var received = await _mallory.ReceiveAsync(TestContext.Current.CancellationToken);
            var opened = _mallorySessions.Open(received.Sender, received.Payload);
            if (opened.Outcome == OpenOutcome.Opened && FrameCodec.Decode(opened.Plaintext) is { } frame && isIt(frame))
                return frame;
        }
    }

    /// <summary>Answers come in order, so everything sent before was looked at.</summary>
    private async Task BobHasReadAllAsync()
    {
        await SendAsync(new Frame { Ping = new byte[] { 42 } });
        await AnswerAsync(frame => frame.Pong is { Length: 1 });
    }

    private async Task AliceIsHeardAsync()
    {
        await BobHasReadAllAsync();
        _alice.Chat.Send(_bob.PeerId, "still there?");
        await Eventually.Is("bob hears alice", () => _bob.Received(_alice).Contains("still there?"));
        await Eventually.Is("alice knows", () => _alice.HasDelivered(_bob, 1));
    }
}
