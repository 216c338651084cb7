using System.Net.WebSockets;
using System.Text;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Whatever a client sends: an error or a closed connection for it, and nothing at all for anybody else.</summary>
public sealed class MalformedTests : IAsyncLifetime
{
    private readonly RelayApp _relay = RelayApp.OnSockets();
    private RawPeer _alice = null!;
    private RawPeer _bob = null!;

    public async ValueTask InitializeAsync() => (_alice, _bob) = (await _relay.Enter("alice"), await _relay.Enter("bob"));

    public async ValueTask DisposeAsync()
    {
        // The two that go on undisturbed, whatever the others did.
        await _alice.Send("bob", "undisturbed");
        await _bob.SeesTexts("undisturbed");
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task UC4_7b_a_payload_over_the_limit_is_dropped_with_an_error_about_it_and_the_connection_stays()
    {
        var carol = await _relay.Enter("carol");

        var atLimit = await carol.Send("carol", new byte[65_536]);
        var over = await carol.Send("carol", new byte[65_537]);
        var farOver = await carol.Send("carol", new byte[300_000]);
        var after = await carol.Send("carol", "after");

        await carol.SeesError(ErrorCode.PayloadTooLarge, over);
        await carol.SeesError(ErrorCode.PayloadTooLarge, farOver);
        await carol.SeesMessages(2);
        Assert.Equal([65_536, 5], carol.Delivered.Select(message => message.Payload.Length));
        Assert.Equal([atLimit, after], carol.AnsweredYes);
        Assert.StartsWith("payload too large: 65537 bytes", carol.All<RelayError>()[0].Message, StringComparison.Ordinal);
        Assert.Contains("at most 65536 bytes (Relay:MaxPayloadBytes)", carol.All<RelayError>()[0].Message, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", carol.All<RelayError>()[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_message_in_a_batch_is_refused_by_its_number_and_the_others_go_on()
    {
        var carol = await _relay.Enter("carol");

        // As they go over the wire, because the contract's own types cannot hold most of these.
        var id = new byte[16];
        object?[] messages =
        [
            new object[] { "carol", MessageId.New().ToBytes(), "a"u8.ToArray() },
            new object[] { "NOBODY!", MessageId.New().ToBytes(), id },
            new object?[] { null, MessageId.New().ToBytes(), id },
            new object[] { "carol", new byte[15], id },
            new object[] { "carol", new byte[16], id },
            Array.Empty<object>(),
            null,
            new object[] { "carol", MessageId.New().ToBytes(), "b"u8.ToArray() },
        ];
        await carol.Call(nameof(IRelayHub.Relay), [new object[] { 1, messages }]);

        await carol.SeesTexts("a", "b");
        await carol.SeesError(ErrorCode.InvalidRecipient, 2);
        await carol.SeesError(ErrorCode.InvalidRecipient, 3);
        for (var number = 4; number <= 7; number++)
            await carol.SeesError(ErrorCode.Malformed, number);
        Assert.Equal([1, 8], carol.AnsweredYes);
    }

    [Fact]
    public async Task A_call_with_nothing_in_it_is_an_error_and_the_connection_stays()
    {
        var carol = await _relay.Enter("carol");

        await carol.Call("Relay", [null]);
        await carol.Call("Relay", new RelayRequest { First = 1 });
        await carol.Call("Relay", new RelayRequest { First = 0, Messages = [RawPeer.Message("carol", [])] });
        await carol.Call("Relay", new RelayRequest { First = -1, Messages = [] });
        await carol.Call("Relay", new RelayRequest { First = long.MaxValue, Messages = [RawPeer.Message("carol", [])] });
        await carol.Call("Register", [null]);

        await carol.Sees<RelayError>(6);
        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
    }

    [Fact]
    public async Task A_batch_over_the_limit_is_refused_message_by_message()
    {
        var carol = await _relay.Enter("carol");

        await carol.Send([.. Enumerable.Range(0, 129).Select(_ => RawPeer.Message("carol", []))]);
        await carol.Sees<RelayError>(129);

        Assert.Equal(Enumerable.Range(1, 129).Select(number => (long)number), carol.All<RelayError>().Select(error => error.Number));
        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
    }

    [Fact]
    public async Task A_refusal_of_a_null_registration_closes_the_connection()
    {
        var carol = _relay.NewPeer();
        await carol.Connect();

        await carol.Call("Register", [null]);

        await carol.SeesError(ErrorCode.UnsupportedVersion);
        await carol.SeesTheEnd();
    }

    [Fact]
    public async Task Acknowledging_what_was_never_delivered_is_an_error_and_changes_nothing()
    {
        var carol = await _relay.Enter("carol");

        await carol.Acknowledge(1);
        await carol.Acknowledge(long.MaxValue, report: long.MaxValue);
        await carol.Acknowledge(long.MinValue, report: long.MinValue);
        await carol.Acknowledge(7, epoch: "");
        await carol.Call("Acknowledge", [null]);
        await carol.Sees<RelayError>(2);
        await carol.Send("carol", "1");

        await carol.SeesTexts("1");
        Assert.Equal(2, carol.All<RelayError>().Count);
    }

    [Fact]
    public async Task Late_positions_that_are_none_take_nothing_with_them()
    {
        var carol = await _relay.Enter("carol");
        object[] messages = [.. Enumerable.Range(1, 3).Select(_ => new object[] { "carol", MessageId.New().ToBytes(), "a"u8.ToArray(), true })];
        await carol.Call("Relay", [new object[] { 1, messages }]);
        await carol.SeesMessages(3);

        await carol.Call("Acknowledge", [new object?[] { carol.Epoch, 1, 0, new object?[] { null } }]);
        await carol.Call("Acknowledge", [new object?[] { carol.Epoch, 1, 0, Enumerable.Repeat(Range(1, 1), 257).ToArray() }]);
        await carol.Sees<RelayError>(2);
        Assert.All(carol.All<RelayError>(), error => Assert.Equal((int)ErrorCode.Malformed, error.Code));
        await carol.Call("Acknowledge", [new object[] { carol.Epoch, 2, 0, new object[] { Range(5, 7), Range(2, 1), Range(long.MinValue, long.MaxValue), Range(2, 2) } }]);
        await carol.Call("Acknowledge", [new object[] { carol.Epoch, 3, 0, new object[] { Range(long.MinValue, 0), Range(3, long.MaxValue), Range(1, 1) } }]);

        // Ascending they are read: the third one only was late.
        var dropped = await carol.Sees<Dropped>();
        Assert.Equal((1, (int)DropReason.Late), (dropped.Count, dropped.Reason));
        Assert.Equal(carol.Delivered[2].Id.ToBytes(), Assert.Single(dropped.Ids!).ToArray());

        static object[] Range(long from, long to) => [from, to];
    }

    [Theory]
    [InlineData("NoSuchMethod")]
    [InlineData("Relay", "a text")]
    [InlineData("Relay", 5, 6)]
    [InlineData("Relay")]
    [InlineData("Acknowledge", 1.5)]
    [InlineData("Register", "carol")]
    [InlineData("OnConnectedAsync")]
    [InlineData("Dispose")]
    public async Task A_call_that_does_not_exist_is_an_error_for_who_asks_and_the_connection_stays(string method, params object[] arguments)
    {
        var carol = await _relay.Enter("carol");

        // One that asks for a completion is told so; one that does not has nothing to be told about.
        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() =>
            carol.Connection.InvokeCoreAsync(method, typeof(object), arguments, TestContext.Current.CancellationToken));
        await carol.Call(method, arguments);

        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
    }

    [Fact]
    public async Task A_frame_of_10_MB_closes_the_connection()
    {
        var carol = await _relay.Enter("carol");

        await carol.Send("carol", new byte[10_000_000]);

        await carol.SeesTheEnd();
        Assert.Empty(carol.Delivered);
    }

    [Theory]
    [InlineData("no handshake at all")]
    [InlineData("{\"protocol\":\"json\",\"version\":1}\u001e{]\u001e")]
    [InlineData("{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":99}\u001e{\"type\":1}\u001e")]
    [InlineData("{\"protocol\":\"none\",\"version\":1}\u001e")]
    [InlineData("{\"protocol\":\"messagepack\",\"version\":1}\u001e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public async Task Bytes_that_are_no_protocol_close_the_connection(string bytes)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_relay.Url) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);

        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

        await IsClosed(socket).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Empty_messages_and_messages_in_pieces_are_read_as_if_they_were_one_stream()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_relay.Url) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        async Task Send(string text, bool isLast) =>
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, isLast, TestContext.Current.CancellationToken);

        await Send("", isLast: true);
        await Send("{\"protocol\":\"json\",", isLast: false);
        await Send("", isLast: false);
        await Send("\"version\":1}", isLast: true);
        await Send("", isLast: true);
        await Send("\u001e", isLast: true);

        var buffer = new byte[4096];
        var read = "";
        while (!read.Contains("\"Challenge\"", StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            read += Encoding.UTF8.GetString(buffer, 0, received.Count);
        }

        Assert.StartsWith("{}\u001e", read, StringComparison.Ordinal);
    }

    private static async Task IsClosed(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Cut off without a goodbye: closed as well.
        }
    }

    [Fact]
    public async Task AcceptedWhen_4_UC4_11a_a_client_cannot_say_that_it_is_somebody_else()
    {
        // The contract has no field for it; a client that adds one in JSON, where names are free, is not heard.
        var mallory = await _relay.NewPeer(json: true).Enter("mallory");

        await mallory.Call("Relay", new
        {
            first = 1,
            from = "alice",
            sender = "alice",
            messages = new[] { new { to = "mallory", from = "alice", sender = "alice", id = MessageId.New().ToBytes(), payload = "hi"u8.ToArray() } },
        });

        await mallory.SeesTexts("hi");
        Assert.Equal("mallory", mallory.Delivered[0].From);
    }
}
