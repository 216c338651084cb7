using System.Net.WebSockets;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>One WebSocket at the hostile end.</summary>
internal sealed class HostileConnection(WebSocket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly byte[] _buffer = new byte[16 << 10];

    /// <summary>Completes when the client has closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Reads whatever comes next.</summary>
    public Task ReadAsync() => socket.ReceiveAsync(_buffer.AsMemory(), _over.Token).AsTask().WaitAsync(Patience, TimeProvider.System);

    /// <summary>From here on reads, and throws away, what the client says.</summary>
    public void ReadOn() => _ = ReadAllAsync();

    public Task SendAsync(ReadOnlyMemory<byte> bytes) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, true, _over.Token).AsTask().WaitAsync(Patience, TimeProvider.System);

    public async Task CloseAsync()
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _over.Token).WaitAsync(Patience, TimeProvider.System);
        await ClosedAsync();
    }

    /// <summary>Waits until the client closes, which it must when it has had enough.</summary>
    public async Task ClosedAsync() => await Closed;

    public void Dispose()
    {
        _over.Cancel();
        socket.Abort();
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while ((await socket.ReceiveAsync(_buffer.AsMemory(), _over.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // Cut off: closed as well.
        }
        finally
        {
            _closed.TrySetResult();
        }
    }
}
