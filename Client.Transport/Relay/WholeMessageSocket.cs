using System.Buffers;
using System.Net.WebSockets;

namespace Client.Transport.Relay;

/// <summary>A WebSocket for SignalR's client, which hands over and asks for 4 KiB at a time: makes one frame of a message, and reads ahead.</summary>
/// <remarks>A batch of messages is some 45 KB: one write and one or two reads instead of twelve each. Holds no memory while nothing flows.</remarks>
internal sealed class WholeMessageSocket(WebSocket inner) : WebSocket
{
    private const int ReadBytes = 64 << 10;

    // A message larger than that goes in several frames.
    private const int MaxFrameBytes = 256 << 10;

    private byte[] _outgoing = [];
    private int _written;

    private byte[] _incoming = [];
    private int _read;
    private ValueWebSocketReceiveResult _received;

    public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

    public override string? CloseStatusDescription => inner.CloseStatusDescription;

    public override WebSocketState State => inner.State;

    public override string? SubProtocol => inner.SubProtocol;

    public override void Abort() => inner.Abort();

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    // The buffers are left to the garbage collector: a read or write may still be under way in them.
    public override void Dispose() => inner.Dispose();

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync((ReadOnlyMemory<byte>)buffer, messageType, endOfMessage, cancellationToken).AsTask();

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        if (_written == 0 && endOfMessage)
        {
            await inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken).ConfigureAwait(false);
            return;
        }

        Collect(buffer.Span);
        if (!endOfMessage && _written < MaxFrameBytes)
            return;

        await inner.SendAsync(_outgoing.AsMemory(0, _written), messageType, endOfMessage, cancellationToken).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(_outgoing);
        (_outgoing, _written) = ([], 0);
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var received = await ReceiveAsync((Memory<byte>)buffer, cancellationToken).ConfigureAwait(false);
        return new WebSocketReceiveResult(received.Count, received.MessageType, received.EndOfMessage, CloseStatus, CloseStatusDescription);
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_incoming.Length == 0)
        {
            // Asking for nothing waits until there is something, and needs no memory for it.
            if (buffer.IsEmpty)
                return await inner.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);

            // Only what was read into is kept: a read that fails leaves nothing to be taken for one.
            var incoming = ArrayPool<byte>.Shared.Rent(ReadBytes);
            _received = await inner.ReceiveAsync(incoming.AsMemory(), cancellationToken).ConfigureAwait(false);
            (_incoming, _read) = (incoming, 0);
        }

        var count = Math.Min(buffer.Length, _received.Count - _read);
        _incoming.AsSpan(_read, count).CopyTo(buffer.Span);
        _read += count;
        if (_read < _received.Count)
            return new ValueWebSocketReceiveResult(count, _received.MessageType, endOfMessage: false);

        ArrayPool<byte>.Shared.Return(_incoming);
        _incoming = [];
        return new ValueWebSocketReceiveResult(count, _received.MessageType, _received.EndOfMessage);
    }

    private void Collect(ReadOnlySpan<byte> bytes)
    {
        if (_outgoing.Length - _written < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _outgoing.Length, Math.Max(ReadBytes, _written + bytes.Length)));
            _outgoing.AsSpan(0, _written).CopyTo(larger);
            if (_outgoing.Length > 0)
                ArrayPool<byte>.Shared.Return(_outgoing);
            _outgoing = larger;
        }

        bytes.CopyTo(_outgoing.AsSpan(_written));
        _written += bytes.Length;
    }
}
