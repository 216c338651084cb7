using System.Net.WebSockets;

namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>By a WebSocket.</summary>
internal sealed class WebSocketLine : ILine
{
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });

    private readonly ClientWebSocket _socket = new();
    private readonly WebSocketMessageType _type;

    private WebSocketLine(WebSocketMessageType type)
    {
        _type = type;
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    public static async Task<WebSocketLine> ConnectAsync(Uri hub, bool text, CancellationToken cancellationToken)
    {
        var line = new WebSocketLine(text ? WebSocketMessageType.Text : WebSocketMessageType.Binary);
        try
        {
            await line._socket.ConnectAsync(new UriBuilder(hub) { Scheme = "ws" }.Uri, Http, cancellationToken);
            return line;
        }
        catch
        {
            await line.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _socket.SendAsync(bytes, _type, endOfMessage: true, cancellationToken).AsTask();

    public async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
                return 0;
            if (received.Count > 0)
                return received.Count;
        }
    }

    public Task FinishAsync(CancellationToken cancellationToken) => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
