using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Relay.Contracts.WebSockets;

/// <summary>What SignalR writes to a connection: one flush, one piece of memory, one frame.</summary>
/// <remarks>For one writer at a time, which SignalR's write lock sees to. Holds no memory between flushes.</remarks>
internal sealed class WebSocketOutput(WebSocket socket, TimeProvider time) : PipeWriter
{
    private byte[] _buffer = [];
    private int _written;
    private int _usual = 1024;
    private long _sendingSince;
    private volatile bool _isOver;

    /// <summary>What the hub protocol asked for.</summary>
    public WebSocketMessageType MessageType { get; set; } = WebSocketMessageType.Text;

    /// <summary>How long the present write has been stuck; zero when there is none. Any thread.</summary>
    public TimeSpan Stuck => Interlocked.Read(ref _sendingSince) is not 0 and var since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_written);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_written);
    }

    public override void Advance(int bytes) => _written += bytes;

    /// <inheritdoc/>
    /// <param name="cancellationToken">A frame cannot be taken back half sent: a write that is cancelled ends the connection.</param>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written == 0 || _isOver)
        {
            Release();
            return new FlushResult(isCanceled: false, _isOver);
        }

        Interlocked.Exchange(ref _sendingSince, time.GetTimestamp());
        try
        {
            await socket.SendAsync(_buffer.AsMemory(0, _written), MessageType, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is gone, in one of the many ways a socket has to say so. As with a pipe nobody reads any
            // more, that is a result; the end itself comes by the input.
            _isOver = true;
        }
        finally
        {
            Interlocked.Exchange(ref _sendingSince, 0);
            Release();
        }

        return new FlushResult(isCanceled: false, _isOver);
    }

    public override void CancelPendingFlush()
    {
        // A frame cannot be taken back half sent. Whoever wants a stuck write to end aborts the connection.
    }

    public override void Complete(Exception? exception = null)
    {
        _isOver = true;
        Release();
    }

    private void Ensure(int more)
    {
        if (_buffer.Length - _written >= more)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_usual, _buffer.Length * 2), _written + more));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Release()
    {
        // A connection that is sent large batches is mostly sent the next one too.
        _usual = Math.Max(1024, Math.Min(_written, 256 << 10));
        _written = 0;
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
