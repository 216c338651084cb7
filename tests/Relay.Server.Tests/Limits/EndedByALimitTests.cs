using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Observability;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Limits;

/// <summary>A limit that ends a connection says so: which setting, its value, where more is written. In the log always, to the client where it can still hear it.</summary>
public sealed class EndedByALimitTests
{
    private const int SentAway = 1008;
    private const int StrangersSentAway = 1013;
    private const int MaxFrameBytes = 4 * 131_072;

    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";
    private const string RegisterDave = "{\"type\":1,\"target\":\"Register\",\"arguments\":[{\"protocolVersion\":1,\"peerId\":\"dave\"}]}\u001e";

    public enum Way
    {
        WebSocket,
        NegotiatedWebSocket,
        LongPolling,
    }

    /// <summary>Lets a client have much on the way that it has not read.</summary>
    private static readonly (string, string)[] MuchUnread =
        [("DeliveryWindowBytes", "67108864"), ("DeliveryWindowMessages", "10000"), ("SendWindowBytes", "67108864"), ("SenderBytesPerSecond", "1000000000")];

    public static TheoryData<Way, bool> Ways => new MatrixTheoryData<Way, bool>(Enum.GetValues<Way>(), [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_frame_of_the_largest_size_is_read_and_one_byte_more_ends_the_connection_with_the_reason(Way way, bool json)
    {
        await using var relay = RelayApp.OnSockets();
        await using var talk = await Talk.Start(relay);
        var carol = await NewPeer(relay, way, json).Enter("carol");
        var end = EndOf(carol);

        await carol.Call("Nonsense", TextFor(MaxFrameBytes, json));
        await carol.SeesError(ErrorCode.Malformed);
        Assert.False(end.IsCompleted);
        await carol.Call("Nonsense", TextFor(MaxFrameBytes + 1, json));

        Says((await end)!.Message, "larger than 524288 bytes", "65536 (Relay:MaxPayloadBytes)");
        await Logs(relay, SentAway, "FrameTooLarge", "larger than 524288 bytes", "65536 (Relay:MaxPayloadBytes)");
        Assert.Single(carol.All<RelayError>());
        await talk.GoesOn();
    }

    [Fact]
    public async Task Who_sends_much_too_much_can_still_send_all_of_it_and_then_read_why_it_was_in_vain()
    {
        await using var relay = RelayApp.OnSockets(("MaxPayloadBytes", "200000"));
        await using var talk = await Talk.Start(relay);
        using var socket = await Open(relay);
        await Say(socket, Handshake);
        await Hears(socket, "\"Challenge\"");

        // Far more than the sockets' buffers take: closed with some of it unread, the relay's would be reset.
        await Say(socket, new string(' ', 16_000_000));

        await Hears(socket, "200000 (Relay:MaxPayloadBytes)");
        await talk.GoesOn();
    }

    [Fact]
    public async Task Frames_too_large_of_strangers_are_counted_and_logged_once_a_minute()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<TimeProvider>(time));

        for (var i = 0; i < 3; i++)
            await SendTooMuch();
        await Logs(relay, StrangersSentAway, "1 (FrameTooLarge)", "(Relay:MaxPayloadBytes)");
        time.Advance(TimeSpan.FromMinutes(1));
        await SendTooMuch();

        await Eventually.Is("there is a second line", () => relay.Logs.Entries.Count(entry => entry.Id.Id == StrangersSentAway) == 2);
        Assert.Contains("3 (FrameTooLarge)", relay.Logs.Entries.Last(entry => entry.Id.Id == StrangersSentAway).Message, StringComparison.Ordinal);

        async Task SendTooMuch()
        {
            var stranger = NewPeer(relay, Way.WebSocket);
            await stranger.Connect();
            var end = EndOf(stranger);
            await stranger.Call("Nonsense", TextFor(MaxFrameBytes + 1, json: false));
            Says((await end)!.Message, "(Relay:MaxPayloadBytes)");

            // The client hears it first. A minute later the relay would end it for not having registered.
            await Eventually.Is("the relay has closed it", () => relay.Services.GetRequiredService<RelayStatus>().Read().Connections == 0);
        }
    }

    [Theory]
    [InlineData(Way.WebSocket, false)]
    [InlineData(Way.WebSocket, true)]
    [InlineData(Way.NegotiatedWebSocket, false)]
    [InlineData(Way.NegotiatedWebSocket, true)]
    public async Task A_peer_that_stops_to_ping_is_silent_when_it_says_nothing_and_hears_so_if_it_listens(Way way, bool json)
    {
        await using var relay = RelayApp.OnSockets(("KeepAliveInterval", "00:00:01"), ("ClientTimeout", "00:00:02"));
        await using var talk = await Talk.Start(relay);
        var end = await EndOfSilent(relay, "carol", way, json);

        Says(end.Message, "nothing came from the client for 00:00:02 (Relay:ClientTimeout)");
        await Logs(relay, SentAway, "Silent", "for 00:00:02 (Relay:ClientTimeout)");
        await talk.GoesOn();
    }

    [Theory]
    [InlineData(Way.WebSocket)]
    [InlineData(Way.NegotiatedWebSocket)]
    public async Task A_peer_that_never_pings_is_silent_too_however_well_it_listens(Way way)
    {
        await using var relay = RelayApp.OnSockets(("KeepAliveInterval", "00:00:01"), ("ClientTimeout", "00:00:02"));
        await using var talk = await Talk.Start(relay);
        using var socket = await Open(relay, way);
        await Say(socket, Handshake + RegisterDave);
        await Hears(socket, "\"Registered\"");

        await Assert.ThrowsAsync<WebSocketException>(() => Hears(socket, "nothing of the kind"));

        await Logs(relay, SentAway, "Silent", "for 00:00:02 (Relay:ClientTimeout)");
        await talk.GoesOn();
    }

    [Fact]
    public async Task A_peer_that_polls_sends_no_pings_and_is_not_silent()
    {
        await using var relay = RelayApp.OnSockets(("KeepAliveInterval", "00:00:01"), ("ClientTimeout", "00:00:02"));
        var carol = await NewPeer(relay, Way.LongPolling).Enter("carol");

        // In the time in which two others were silent for too long, one after the other.
        await EndOfSilent(relay, "dave", Way.WebSocket, json: false);
        await EndOfSilent(relay, "erin", Way.WebSocket, json: false);

        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
        Assert.DoesNotContain("closed", carol.Told);
    }

    [Fact]
    public async Task A_peer_that_no_longer_polls_is_silent()
    {
        await using var relay = RelayApp.OnSockets(services => services.Configure<ConnectionOptions>(options => options.DisconnectTimeout = TimeSpan.FromSeconds(2)));
        await using var talk = await Talk.Start(relay);
        using var dave = await Poller.Enter(relay, RegisterDave);

        await Logs(relay, SentAway, "Silent", "not polled for 00:00:02", "no setting");

        Assert.Equal(HttpStatusCode.NotFound, await dave.Poll());
        await talk.GoesOn();
    }

    [Fact]
    public async Task A_peer_that_polls_and_does_not_read_the_answers_is_logged_when_it_is_cut_off()
    {
        await using var relay = RelayApp.OnSockets(MuchUnread);
        await using var talk = await Talk.Start(relay);
        using var dave = await Poller.Enter(relay, RegisterDave);

        // Polls one behind the other on one socket, and reads none of what they bring.
        using var socket = await Stranger.Connect(relay.Url);
        await socket.Write(string.Concat(Enumerable.Repeat(dave.PollAsText, 500)));
        await SendMuch(relay, "dave");

        await Logs(relay, SentAway, nameof(ErrorCode.TooManyUnreadAnswers), "for 00:00:10", "docs/operating.md");
        Assert.Equal(1, relay.Services.GetRequiredService<RelayStatus>().Read().Refused);
        await talk.GoesOn();
    }

    [Theory]
    [InlineData(Way.WebSocket)]
    [InlineData(Way.NegotiatedWebSocket)]
    [InlineData(Way.LongPolling)]
    public async Task Who_leaves_or_breaks_off_was_not_ended_by_a_limit(Way way)
    {
        await using var relay = RelayApp.OnSockets();
        var carol = await NewPeer(relay, way).Enter("carol");
        await relay.Leave(carol, "carol");
        using (var socket = await Open(relay))
        {
            await Say(socket, Handshake + RegisterDave + "{\"type\":1,");
            await Hears(socket, "\"Registered\"");
            socket.Abort();
        }

        await Eventually.Is("the relay knows that both left", () => relay.Logs.Entries.Count(entry => entry.Id.Id == 1001) == 2);
        Assert.DoesNotContain(relay.Logs.Entries, entry => entry.Id.Id is SentAway or StrangersSentAway);
    }

    [Fact]
    public async Task Who_does_not_register_in_time_is_logged_too()
    {
        await using var relay = RelayApp.OnSockets(("RegistrationTimeout", "00:00:00.3"));
        var stranger = NewPeer(relay, Way.WebSocket);
        await stranger.Connect();

        await stranger.SeesError(ErrorCode.RegistrationTimeout);

        await Logs(relay, StrangersSentAway, "1 (RegistrationTimeout)", "within 00:00:00.3000000 (Relay:RegistrationTimeout)");
    }

    [Theory]
    [InlineData(Way.WebSocket)]
    [InlineData(Way.LongPolling)]
    public async Task Who_does_not_even_begin_SignalRs_handshake_in_time_counts_as_one_that_did_not_register(Way way)
    {
        await using var relay = RelayApp.OnSockets(("RegistrationTimeout", "00:00:00.3"));
        await using var talk = await Talk.Start(relay);

        if (way == Way.WebSocket)
        {
            using var socket = await Open(relay);
            await Hears(socket, "Handshake was canceled.");
        }
        else
        {
            using var http = new HttpClient();
            var poll = new Uri($"{relay.Url}?id={await Negotiate(http, relay)}");
            await http.GetStringAsync(poll, TestContext.Current.CancellationToken);
            Assert.Contains("Handshake was canceled.", await http.GetStringAsync(poll, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        await Logs(relay, StrangersSentAway, "1 (RegistrationTimeout)", "(Relay:RegistrationTimeout)");
        Assert.Equal(1, relay.Services.GetRequiredService<RelayStatus>().Read().Refused);
        await talk.GoesOn();
    }

    [Fact]
    public async Task A_handshake_larger_than_a_frame_may_be_is_logged()
    {
        await using var relay = RelayApp.OnSockets();
        using var socket = await Open(relay);

        // The relay looks at what has no end yet whenever there are 64 KiB more.
        await Say(socket, new string(' ', MaxFrameBytes + 65_536));

        await Hears(socket, "Handshake was canceled.");
        await Logs(relay, StrangersSentAway, "1 (FrameTooLarge)", "larger than 524288 bytes");
    }

    [Fact]
    public async Task Who_leaves_in_the_middle_of_the_handshake_or_speaks_no_protocol_of_ours_is_not_logged()
    {
        await using var relay = RelayApp.OnSockets();
        using var leaves = await Open(relay);
        using var speaks = await Open(relay);

        await leaves.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        await Say(speaks, "{\"protocol\":\"none\",\"version\":1}\u001e");
        await Hears(speaks, "not supported");

        // The relay closes a socket when it is done with the connection.
        foreach (var socket in new[] { leaves, speaks })
            Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken)).MessageType);
        Assert.DoesNotContain(relay.Logs.Entries, entry => entry.Id.Id == StrangersSentAway);
    }

    [Theory]
    [InlineData(Way.WebSocket)]
    [InlineData(Way.NegotiatedWebSocket)]
    public async Task A_peer_that_does_not_read_is_logged_when_it_is_cut_off(Way way)
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<TimeProvider>(time), MuchUnread);
        await using var talk = await Talk.Start(relay);
        using var socket = await Open(relay, way);
        await Say(socket, Handshake + RegisterDave);
        await Hears(socket, "\"Registered\"");
        await SendMuch(relay, "dave");

        await Eventually.Is("the relay has waited long enough", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return relay.Logs.Entries.Any(entry => entry.Id.Id == SentAway);
        });
        await Logs(relay, SentAway, nameof(ErrorCode.TooManyUnreadAnswers), "for 00:00:10", "docs/operating.md");
        Assert.Equal(1, relay.Services.GetRequiredService<RelayStatus>().Read().Refused);
        await talk.GoesOn();
    }

    private static RawPeer NewPeer(RelayApp relay, Way way, bool json = false) => relay.NewPeer(
        json,
        transport: way == Way.LongPolling ? HttpTransportType.LongPolling : HttpTransportType.WebSockets,
        http: options => options.SkipNegotiation = way == Way.WebSocket);

    /// <summary>A peer whose last ping is its first, and with what it ended.</summary>
    private static async Task<Exception> EndOfSilent(RelayApp relay, string name, Way way, bool json)
    {
        var silent = NewPeer(relay, way, json);
        silent.Connection.KeepAliveInterval = TimeSpan.FromHours(1);
        var end = EndOf(silent);
        await silent.Enter(name);
        return (await end)!;
    }

    private static Task<Exception?> EndOf(RawPeer peer)
    {
        var end = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Connection.Closed += failure =>
        {
            end.TrySetResult(failure);
            return Task.CompletedTask;
        };
        return end.Task.WaitAsync(Eventually.Patience);
    }

    /// <summary>The argument with which a call has so many bytes as a frame.</summary>
    private static string TextFor(int bytes, bool json)
    {
        IHubProtocol protocol = json ? new JsonHubProtocol() : new MessagePackHubProtocol();
        int Length(int text) => protocol.GetMessageBytes(new InvocationMessage("Nonsense", [new string('x', text)])).Length;

        var text = bytes - (Length(bytes) - bytes);
        Assert.Equal(bytes, Length(text));
        return new string('x', text);
    }

    private static void Says(string text, params string[] words)
    {
        foreach (var word in words.Append("docs/operating.md"))
            Assert.Contains(word, text, StringComparison.Ordinal);
    }

    /// <summary>There comes one line of this event, with all these words; of a peer by its tag.</summary>
    private static async Task Logs(RelayApp relay, int eventId, params string[] words)
    {
        await Eventually.Is($"event {eventId} is logged", () => relay.Logs.Entries.Any(entry => entry.Id.Id == eventId));
        var line = Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == eventId).Message;
        Says(line, words);
        Assert.Equal(eventId == SentAway, line.StartsWith("peer#", StringComparison.Ordinal));
    }

    private static async Task<ClientWebSocket> Open(RelayApp relay, Way way = Way.WebSocket)
    {
        var query = "";
        if (way == Way.NegotiatedWebSocket)
        {
            using var http = new HttpClient();
            query = "id=" + await Negotiate(http, relay);
        }

        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(relay.Url) { Scheme = "ws", Query = query }.Uri, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <returns>The token by which SignalR knows the client from then on.</returns>
    private static async Task<string> Negotiate(HttpClient http, RelayApp relay)
    {
        using var negotiated = await http.PostAsync(new Uri(relay.Url + "/negotiate?negotiateVersion=1"), null, TestContext.Current.CancellationToken);
        return (await negotiated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\"connectionToken\":\"")[1].Split('"')[0];
    }

    /// <summary>More than the machine takes for a socket that nobody reads.</summary>
    private static async Task SendMuch(RelayApp relay, string to)
    {
        var frank = await relay.Enter("frank");
        for (var i = 0; i < 400; i++)
            await frank.Send(to, new byte[65_536]);
    }

    private static Task Say(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    private static async Task Hears(ClientWebSocket socket, string words)
    {
        var buffer = new byte[4096];
        var heard = "";
        while (!heard.Contains(words, StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            heard += Encoding.UTF8.GetString(buffer, 0, received.Count);
        }
    }

    /// <summary>A peer that polls when a test says so.</summary>
    private sealed class Poller(HttpClient http, Uri url) : IDisposable
    {
        public string PollAsText => $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n";

        public static async Task<Poller> Enter(RelayApp relay, string registration)
        {
            var http = new HttpClient();
            var poller = new Poller(http, new Uri($"{relay.Url}?id={await Negotiate(http, relay)}"));
            await poller.Poll();
            using (await http.PostAsync(poller.Url, new StringContent(Handshake + registration), TestContext.Current.CancellationToken)) { }
            for (var heard = ""; !heard.Contains("\"Registered\"", StringComparison.Ordinal);)
                heard += await http.GetStringAsync(poller.Url, TestContext.Current.CancellationToken);
            return poller;
        }

        public async Task<HttpStatusCode> Poll()
        {
            using var answer = await http.GetAsync(Url, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }

        public void Dispose() => http.Dispose();

        private Uri Url => url;
    }

    /// <summary>Two peers that behave, beside all that.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly RawPeer _alice;
        private readonly RawPeer _bob;

        private Talk(RawPeer alice, RawPeer bob) => (_alice, _bob) = (alice, bob);

        public static async Task<Talk> Start(RelayApp relay)
        {
            var (alice, bob) = (relay.NewPeer(), relay.NewPeer());
            foreach (var peer in new[] { alice, bob })
                peer.Connection.KeepAliveInterval = TimeSpan.FromMilliseconds(500);
            await alice.Enter("alice");
            await bob.Enter("bob");
            await alice.Send("bob", "before");
            await bob.SeesTexts("before");
            return new Talk(alice, bob);
        }

        public async Task GoesOn()
        {
            await _alice.Send("bob", "undisturbed");
            await _bob.SeesTexts("before", "undisturbed");
            Assert.DoesNotContain("closed", _alice.Told.Concat(_bob.Told));
        }

        public async ValueTask DisposeAsync()
        {
            await _alice.DisposeAsync();
            await _bob.DisposeAsync();
        }
    }
}
