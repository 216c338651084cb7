using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using TestKit;

namespace Relay.Server.Tests.Fuzzing;

/// <summary>
/// Frames of every kind that the fuzzing in <c>benchmarks/</c> makes, and those by which it has found something: the connection is answered or
/// closed, the log is clean, and who is beside them notices nothing.
/// </summary>
public sealed class CorpusTests(CorpusTests.Relay relay) : IClassFixture<CorpusTests.Relay>
{
    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.hex").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string Folder => Repository.PathOf("tests", "Relay.Server.Tests", "Fuzzing", "Corpus");

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_relay_stands_it(string file)
    {
        // How far the connection is, then the bytes.
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        var bytes = Convert.FromHexString(string.Concat(lines.Skip(1)));

        if (lines[0] == "raw")
            await SendRawAsync(bytes).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        else
            await SendAsync(lines[0], bytes).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        await relay.IsUndisturbedAsync();
    }

    private async Task SendRawAsync(byte[] bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, relay.Url.Port);
        await socket.SendAsync(bytes);
        socket.Shutdown(SocketShutdown.Send);
        await UntilClosedAsync(async buffer => await socket.ReceiveAsync(buffer) > 0);
    }

    private async Task SendAsync(string state, byte[] bytes)
    {
        var json = state.StartsWith("json", StringComparison.Ordinal);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(relay.Url) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        Task Say(byte[] what) => socket.SendAsync(what, json ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);

        if (!state.EndsWith("unshaken", StringComparison.Ordinal))
            await Say(Encoding.ASCII.GetBytes($"{{\"protocol\":\"{(json ? "json" : "messagepack")}\",\"version\":1}}\u001e"));
        if (state.EndsWith(" registered", StringComparison.Ordinal))
        {
            byte[] body = [0x96, 1, 0x80, 0xc0, 0xa8, .. "Register"u8, 0x91, 0x92, 1, 0xa4, .. "fuzz"u8, 0x90];
            await Say(json
                ? Encoding.ASCII.GetBytes("{\"type\":1,\"target\":\"Register\",\"arguments\":[{\"protocolVersion\":1,\"peerId\":\"fuzz\"}]}\u001e")
                : [(byte)body.Length, .. body]);
        }

        try
        {
            await Say(bytes);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // Closed already.
        }

        await UntilClosedAsync(async buffer => (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).MessageType != WebSocketMessageType.Close);
    }

    private static async Task UntilClosedAsync(Func<byte[], Task<bool>> reads)
    {
        var buffer = new byte[4096];
        try
        {
            while (await reads(buffer))
            {
            }
        }
        catch (Exception cut) when (cut is WebSocketException or SocketException)
        {
            // Cut off without a goodbye: closed as well.
        }
    }

    /// <summary>One relay for all of them, and two peers that behave.</summary>
    public sealed class Relay : IAsyncLifetime
    {
        private readonly RelayApp _app = RelayApp.OnSockets(("RegistrationsPerPeerPerMinute", "10000"));
        private RawPeer _alice = null!;
        private RawPeer _bob = null!;
        private int _exchanged;

        public Uri Url => _app.Url;

        public async ValueTask InitializeAsync() => (_alice, _bob) = (await _app.Enter("alice"), await _app.Enter("bob"));

        /// <summary>Alice sends Bob a message, and Bob has had all so far, once and in order.</summary>
        public async Task IsUndisturbedAsync()
        {
            await _alice.Send("bob", $"{++_exchanged}");
            await _bob.SeesTexts([.. Enumerable.Range(1, _exchanged).Select(number => $"{number}")]);
            await _bob.Acknowledge(_bob.Position);
        }

        // Which looks at the log.
        public async ValueTask DisposeAsync() => await _app.DisposeAsync();
    }
}
