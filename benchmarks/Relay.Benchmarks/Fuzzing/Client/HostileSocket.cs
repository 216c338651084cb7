using System.Net.WebSockets;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>A WebSocket.</summary>
internal sealed class HostileSocket(WebSocket socket, ClientSpeech speech) : HostileConnection(speech)
{
    private readonly CancellationTokenSource _over = new();
    private readonly byte[] _buffer = new byte[16 << 10];

    public override Task ReadHandshakeAsync() => socket.ReceiveAsync(_buffer.AsMemory(), _over.Token).AsTask().WaitAsync(Patience, TimeProvider.System);

    public override void Listen() => _ = ListenAsync();

    public override Task SendAsync(ReadOnlyMemory<byte> bytes) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, true, _over.Token).AsTask().WaitAsync(Patience, TimeProvider.System);

    public override async Task SendEndlessAsync(ReadOnlyMemory<byte> beginning, long bytes)
    {
        try
        {
            var more = new byte[64 << 10];
            await SendAsync(beginning);
            for (var sent = 0L; sent < bytes && !Closed.IsCompleted; sent += more.Length)
                await SendAsync(more);
        }
        catch (Exception cutOff) when (cutOff is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The client has closed, as it should.
        }
    }

    public override async Task CloseAsync()
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _over.Token).WaitAsync(Patience, TimeProvider.System);
        await Closed;
    }

    public override void Dispose()
    {
        _over.Cancel();
        socket.Abort();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await socket.ReceiveAsync(_buffer.AsMemory(), _over.Token) is { MessageType: not WebSocketMessageType.Close } heard)
                Speech.Hear(_buffer.AsSpan(..heard.Count));
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // Cut off: closed as well.
        }
        finally
        {
            HasClosed();
        }
    }
}
