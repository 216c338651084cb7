using System.Text;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay that breaks the rules below SignalR, those of WebSockets and of HTTP: it costs a connection, with the reason, and no message.</summary>
[Collection(nameof(Alone))]
public sealed class RawRelayTests : RelayTests, IDisposable
{
    private readonly LogVerifier _logs = LogVerifier.Fresh();

    private static readonly Dictionary<string, byte[]> Frames = new()
    {
        ["a reserved bit"] = [0xc2, 1, 0],
        ["all reserved bits"] = [0xf2, 1, 0],
        ["an opcode there is not"] = [0x83, 1, 0],
        ["a control opcode there is not"] = [0x8b, 0],
        ["a mask, which only clients have"] = [0x82, 0x81, 1, 2, 3, 4, 0],
        ["a ping that is too long"] = [0x89, 126, 0, 126, .. new byte[126]],
        ["a ping in pieces"] = [0x09, 1, 0],
        ["a continuation of nothing"] = [0x80, 1, 0],
        ["a message in the middle of another"] = [0x02, 1, 0, 0x82, 1, 0],
        ["text that is no UTF-8"] = [0x81, 2, 0xc3, 0x28],
        ["a length below zero"] = [0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ["half a code in the close"] = [0x88, 1, 3],
        ["a code in the close there is not"] = [0x88, 2, 0, 1],
        ["a reason in the close that is no UTF-8"] = [0x88, 4, 3, 0xe8, 0xc3, 0x28],
        ["a SignalR message longer than any"] = [0x82, 5, 0xff, 0xff, 0xff, 0xff, 0x07],
        ["a SignalR message that is none"] = [0x82, 3, 2, 0xc1, 0xc1],
    };

    private static readonly Dictionary<string, Func<string, string>> Answers = new()
    {
        ["the key of another"] = key => Encoding.ASCII.GetString(RawRelay.Upgrade("dGhlIHNhbXBsZSBub25jZQ==")),
        ["no key"] = key => "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        ["another protocol"] = key => $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Accept: {RawRelay.Accept(key)}\r\n\r\n",
        ["an extension nobody asked for"] = key => Encoding.ASCII.GetString(RawRelay.Upgrade(key))[..^2] + "Sec-WebSocket-Protocol: chat\r\n\r\n",
        ["a version of HTTP there is not"] = key => "HTTP/9.9 101\r\n\r\n",
        ["no HTTP"] = key => "\u0016\u0003\u0001 hello\r\n\r\n",
        ["half a line"] = key => "HTTP/1.1 10",
        ["a header of a megabyte"] = key => $"HTTP/1.1 101 Switching Protocols\r\nX: {new string('x', 1 << 20)}\r\n\r\n",
        ["a line without a colon"] = key => "HTTP/1.1 101 Switching Protocols\r\nhello\r\n\r\n",
        ["the upgrade, and no more"] = key => Encoding.ASCII.GetString(RawRelay.Upgrade(key)),
        ["SignalR's refusal"] = key => Encoding.ASCII.GetString([.. RawRelay.Upgrade(key), 0x82, 15, .. "{\"error\":\"no\"}\u001e"u8]),
        ["a handshake that is no JSON"] = key => Encoding.ASCII.GetString([.. RawRelay.Upgrade(key), 0x82, 6, .. "hello\u001e"u8]),
    };

    public static TheoryData<string> BrokenFrames => [.. Frames.Keys];

    public static TheoryData<string> BrokenAnswers => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(BrokenFrames))]
    public Task A_frame_that_no_relay_sends_costs_the_connection_and_no_message(string what) => CostsAConnectionAsync(Frames[what], url => Options(url, Alice));

    /// <remarks>Nothing is wrong with such a frame so far, and nothing is here of it that would take up memory; but the pings are missing.</remarks>
    [Theory]
    [InlineData(new byte[] { 0x82, 127, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0x05 })]
    [InlineData(new byte[] { 0x02, 1, 0x05 })]
    public Task A_frame_that_promises_more_than_comes_costs_the_connection_when_the_relay_is_silent_for_too_long(byte[] frame) =>
        CostsAConnectionAsync(frame, url => Options(url, Alice) with { ServerTimeout = TimeSpan.FromSeconds(5) });

    [Theory]
    [MemberData(nameof(BrokenAnswers))]
    public async Task An_answer_that_begins_no_connection_is_a_reason_and_the_next_try_goes_on(string what)
    {
        await using var host = await RelayHost.StartAsync();
        await using (var relay = new RawRelay(host.Url)
        {
            First = async (client, key) => await client.WriteAsync(Encoding.Latin1.GetBytes(Answers[what](key)), Token),
        })
        await using (var bob = Transport(host.Url, Bob))
        await using (var alice = Logged(Options(relay.Url, Alice) with { AllowLongPolling = false }))
        {
            await bob.ConnectAsync(Alice, Token);

            Assert.Contains($"{relay.Url.Port}", (await FailureToConnectAsync(alice)).Message, StringComparison.Ordinal);

            await alice.SendAsync(Bob, Text("after all"), Token);
            Assert.Equal("after all", await ReceiveTextAsync(bob));
            Assert.Equal(2, relay.Connections);
        }

        Verify();
    }

    [Fact]
    public async Task A_relay_whose_every_byte_comes_alone_is_a_slow_one_and_nothing_else()
    {
        await using var host = await RelayHost.StartAsync();
        await using var relay = new RawRelay(host.Url) { BytesAtOnce = 1 };
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(relay.Url, Bob);
        await bob.ConnectAsync(Alice, Token);

        for (var i = 0; i < 20; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);

        Assert.Equal(Enumerable.Range(0, 20), await ReceiveNumbersAsync(bob, 20));
        Assert.Equal(1, relay.Connections);
    }

    [Fact]
    public async Task A_handshake_that_goes_on_and_on_ends_with_the_time_to_connect()
    {
        await using var host = await RelayHost.StartAsync();
        await using var relay = new RawRelay(host.Url)
        {
            First = async (client, key) =>
            {
                await client.WriteAsync(RawRelay.Upgrade(key), Token);
                while (true)
                {
                    await client.WriteAsync(new byte[] { 0x82, 1, (byte)' ' }, Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
                }
            },
        };
        await using var alice = new RelayTransport(Options(relay.Url, Alice) with { ConnectTimeout = TimeSpan.FromSeconds(1) });

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Timeout, failure.Error);
        Assert.Contains("ConnectTimeout", failure.Message, StringComparison.Ordinal);
        await UntilAsync(alice, RelayConnectionState.Connected);
    }

    [Fact]
    public async Task A_handshake_that_grows_and_grows_ends_when_it_is_longer_than_any()
    {
        var said = 0L;
        await using var host = await RelayHost.StartAsync();
        await using var relay = new RawRelay(host.Url)
        {
            First = async (client, key) =>
            {
                await client.WriteAsync(RawRelay.Upgrade(key), Token);
                byte[] frame = [0x82, 126, 0x10, 0, .. Enumerable.Repeat((byte)' ', 4096)];

                // As fast as it is read, and for long if it is.
                for (; said < 256 << 20; said += 4096)
                    await client.WriteAsync(frame, Token);
            },
        };
        await using var alice = new RelayTransport(Options(relay.Url, Alice) with { ConnectTimeout = TimeSpan.FromHours(1) });

        var failure = await FailureToConnectAsync(alice);

        Assert.Contains("handshake", failure.Message, StringComparison.Ordinal);
        Assert.InRange(said, 0, 64 << 20);
        await alice.ConnectAsync(Bob, Token);
    }

    public void Dispose() => _logs.Dispose();

    private async Task CostsAConnectionAsync(byte[] frame, Func<Uri, RelayTransportOptions> options)
    {
        await using var host = await RelayHost.StartAsync(host => host.KeepAliveInterval = TimeSpan.FromSeconds(1));
        await using (var relay = new RawRelay(host.Url))
        await using (var bob = Transport(host.Url, Bob))
        await using (var alice = Logged(options(relay.Url)))
        await using (var chat = new HybridTransport(null, alice, new HybridTransportOptions { FlushInterval = TimeSpan.FromMilliseconds(100) }))
        {
            var reasons = Reasons(alice);
            await bob.ConnectAsync(Alice, Token);
            await SettledAsync(chat.SendAsync(Bob, Text("before"), Token));

            // The second is under way when it happens: the relay has it not.
            relay.Block();
            var sending = chat.SendAsync(Bob, Text("meanwhile"), Token);
            await Eventually.Is("it is under way", () => relay.Swallowed > 0);
            await relay.SayAsync(frame);
            await SettledAsync(sending);
            await SettledAsync(chat.SendAsync(Bob, Text("after"), Token));

            Assert.Equal("before", await ReceiveTextAsync(bob));
            Assert.Equal("meanwhile", await ReceiveTextAsync(bob));
            Assert.Equal("after", await ReceiveTextAsync(bob));
            Assert.Equal(2, relay.Connections);
            var reason = Assert.Single(reasons);
            Assert.Equal(TransportError.ConnectionClosed, reason.Error);
            Assert.Contains($"{relay.Url.Port}", reason.Message, StringComparison.Ordinal);
        }

        Verify();
    }

    private RelayTransport Logged(RelayTransportOptions options) => new(options, loggerFactory: new LoggerFactory([_logs]));

    /// <summary>SignalR's client logs each end of a connection as an error. That is what happens here; the transport itself logs none.</summary>
    private void Verify() => _logs.Expect(entry => entry.Category.StartsWith("Microsoft.", StringComparison.Ordinal)).Verify();

    private static async Task SettledAsync(ValueTask<SendResult> sending)
    {
        var sent = await sending.AsTask().WaitAsync(Eventually.Patience, Token);
        Assert.Equal(SendStatus.Accepted, (sent.Settled is { } settled ? await settled.WaitAsync(Eventually.Patience, Token) : sent).Status);
    }
}
