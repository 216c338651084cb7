using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Relay.Contracts.WebSockets;

namespace Client.Transport.Relay;

/// <summary>A WebSocket to a relay as the connection SignalR's client expects.</summary>
internal sealed class RelaySocketConnection : DefaultConnectionContext, IConnectionInherentKeepAliveFeature
{
    // A relay's answer has 3 bytes, or a sentence about what is wrong.
    private const int LongestHandshake = 16 << 10;

    private readonly WebSocket _socket;
    private readonly WebSocketPipe _pipe;
    private readonly TimeSpan _closeTimeout;
    private int _disposed;

    /// <param name="closeTimeout">How long the relay may take to answer the close.</param>
    public RelaySocketConnection(WebSocket socket, TimeSpan closeTimeout)
    {
        (_socket, _closeTimeout) = (socket, closeTimeout);
        _pipe = new WebSocketPipe(socket, TimeProvider.System, tellsWhy: true, LongestHandshake) { MessageType = WebSocketMessageType.Binary };
        Transport = _pipe;
        Features.Set<IConnectionInherentKeepAliveFeature>(this);
        _pipe.Start();
    }

    /// <summary>Nobody pings for SignalR here.</summary>
    public bool HasInherentKeepAlive => false;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        base.Abort(abortReason);
        _socket.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        await _pipe.CloseAsync(_closeTimeout).ConfigureAwait(false);
        _socket.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
