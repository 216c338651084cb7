using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Client.Transport.Tests.Relay;

/// <summary>A hostile relay that speaks by raw sockets: what no WebSocket library would say. Behind it is one that behaves, to which it passes on what it leaves alone.</summary>
internal sealed class RawRelay : IAsyncDisposable
{
    private readonly RawListener _listener;
    private readonly Uri _behind;
    private volatile Passage? _newest;
    private int _connections;

    /// <param name="behind">The relay that behaves.</param>
    public RawRelay(Uri behind)
    {
        _behind = behind;
        _listener = new RawListener(ServeAsync);
    }

    public Uri Url => _listener.Url;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What it does with the first connection once its request is here, in place of passing it on; then it closes. The text is the key of the request.</summary>
    public Func<NetworkStream, string, Task>? First { get; init; }

    /// <summary>How many bytes it passes on towards a client at once.</summary>
    public int BytesAtOnce { get; init; } = 4096;

    /// <summary>Bytes from clients that it has thrown away.</summary>
    public long Swallowed => _newest?.Swallowed ?? 0;

    /// <summary>Nothing more passes the newest connection, either way.</summary>
    public void Block() => _newest!.IsBlocked = true;

    /// <summary>Says something to the client of the newest connection.</summary>
    public async Task SayAsync(ReadOnlyMemory<byte> bytes) => await _newest!.Client.WriteAsync(bytes, _listener.Stopping);

    /// <summary>The answer to the request for a WebSocket, as it should be.</summary>
    public static byte[] Upgrade(string key) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {Accept(key)}\r\n\r\n");

    public static string Accept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 wants SHA-1, and nothing is kept safe by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(NetworkStream client)
    {
        if (Interlocked.Increment(ref _connections) == 1 && First is { } first)
            await first(client, await KeyAsync(client));
        else
            await PassAsync(client);
    }

    private async Task<string> KeyAsync(NetworkStream client)
    {
        var request = new StringBuilder();
        var buffer = new byte[1024];
        while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(buffer, 0, await client.ReadAtLeastAsync(buffer, 1, cancellationToken: _listener.Stopping)));
        return request.ToString().Split('\n').Single(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
    }

    private async Task PassAsync(NetworkStream client)
    {
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(_behind.Host, _behind.Port, _listener.Stopping);
        var passage = _newest = new Passage(client);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_listener.Stopping);
        Task[] ways =
        [
            PassAsync(client, server.GetStream(), passage, 4096, bytes => passage.Swallowed += bytes, over.Token),
            PassAsync(server.GetStream(), client, passage, BytesAtOnce, _ => { }, over.Token),
        ];
        await Task.WhenAny(ways);
        await over.CancelAsync();
        await Task.WhenAll(ways);
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, Passage passage, int atOnce, Action<int> swallowed, CancellationToken cancellationToken)
    {
        var buffer = new byte[atOnce];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (passage.IsBlocked)
                swallowed(read);
            else
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private sealed class Passage(NetworkStream client)
    {
        public long Swallowed;

        public volatile bool IsBlocked;

        public NetworkStream Client => client;
    }
}
