using System.Net.WebSockets;
using System.Text;

namespace Relay.Benchmarks.Clients;

/// <summary>A registered peer that says and is told nothing: a WebSocket and one pending read, so that thousands of them fit into this process.</summary>
internal sealed class SilentPeer : IAsyncDisposable
{
    // What every new HttpClient would bring of its own: connection pools, timers.
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private byte[] _buffer = new byte[1024];
    private int _length;
    private Task _reading = Task.CompletedTask;

    private SilentPeer()
    {
        // A timer for each; SignalR's pings do the same.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    /// <param name="url">An address of a WebSocket; http for ws.</param>
    public static async Task<SilentPeer> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        var peer = new SilentPeer();
        try
        {
            await peer._socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws" }.Uri, Http, cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>SignalR's own handshake, for its binary protocol.</summary>
    public async Task ShakeHandsAsync(CancellationToken cancellationToken)
    {
        await SendAsync(Encoding.ASCII.GetBytes("{\"protocol\":\"messagepack\",\"version\":1}\u001e"), cancellationToken);
        await ReadAsync(static (ReadOnlySpan<byte> read, out int taken) => (taken = read.IndexOf((byte)0x1e) + 1) > 0 ? "" : null, cancellationToken);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    /// <summary>Reads until there is what was waited for.</summary>
    /// <param name="look">Looks at what has come so far; says how much of it is done with, and null if more has to come.</param>
    public async Task<T> ReadAsync<T>(Look<T> look, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            if (look(_buffer.AsSpan(0, _length), out var taken) is { } found)
            {
                _buffer.AsSpan(taken, _length - taken).CopyTo(_buffer);
                _length -= taken;
                return found;
            }

            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _length);
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
                throw new IOException($"The server closed the connection: {_socket.CloseStatusDescription}");
            _length += read.Count;
        }
    }

    /// <summary>From here on only the connection's own pings are read, and thrown away.</summary>
    /// <param name="receiver">Is told if the connection ends.</param>
    public void BeSilent(IReceiver receiver) => _reading = ReadNothingAsync(receiver);

    /// <summary>Closes as one should, and waits for the server's answer.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        await UntilClosedAsync(cancellationToken);
    }

    /// <summary>Reads on, and throws away, until the server closes.</summary>
    public async Task UntilClosedAsync(CancellationToken cancellationToken)
    {
        while ((await _socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
        {
            // Whatever it says.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadNothingAsync(IReceiver receiver)
    {
        try
        {
            while ((await _socket.ReceiveAsync(_buffer.AsMemory(), _stop.Token)).MessageType != WebSocketMessageType.Close)
            {
                // A ping, or the rest of what the registration brought.
            }

            receiver.Fail(new IOException($"The server closed the connection of a silent peer: {_socket.CloseStatusDescription}"));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The end of the run.
        }
        catch (Exception failure)
        {
            receiver.Fail(failure);
        }
    }

    public delegate T? Look<out T>(ReadOnlySpan<byte> read, out int taken);
}
