using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Relay.Contracts.WebSockets;

namespace Relay.Hub.WebSockets;

/// <summary>A WebSocket as the connection SignalR expects, with the features it looks for.</summary>
internal sealed class WebSocketConnection : DefaultConnectionContext,
    IConnectionHeartbeatFeature, IConnectionInherentKeepAliveFeature, IConnectionLifetimeNotificationFeature,
    ITransferFormatFeature, IHttpContextFeature, IHttpTransportFeature, IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly WebSocketPipe _pipe;
    private readonly CancellationTokenSource _closeRequested = new();
    private Action? _heartbeat;

    public WebSocketConnection(string id, HttpContext http, WebSocket socket, TimeProvider time)
        : base(id)
    {
        _socket = socket;
        _pipe = new WebSocketPipe(socket, time, tellsWhy: false);
        HttpContext = http;
        User = http.User;
        Transport = _pipe;
        LocalEndPoint = http.Connection.LocalIpAddress is { } local ? new System.Net.IPEndPoint(local, http.Connection.LocalPort) : null;
        RemoteEndPoint = http.Connection.RemoteIpAddress is { } remote ? new System.Net.IPEndPoint(remote, http.Connection.RemotePort) : null;

        Features.Set<IConnectionHeartbeatFeature>(this);
        Features.Set<IConnectionInherentKeepAliveFeature>(this);
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
        Features.Set<ITransferFormatFeature>(this);
        Features.Set<IHttpContextFeature>(this);
        Features.Set<IHttpTransportFeature>(this);
    }

    public HttpContext? HttpContext { get; set; }

    public HttpTransportType TransportType => HttpTransportType.WebSockets;

    public TransferFormat SupportedFormats => TransferFormat.Binary | TransferFormat.Text;

    public TransferFormat ActiveFormat
    {
        get => _pipe.MessageType == WebSocketMessageType.Binary ? TransferFormat.Binary : TransferFormat.Text;
        set => _pipe.MessageType = value == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
    }

    /// <summary>Nobody pings for the hub here.</summary>
    public bool HasInherentKeepAlive => false;

    public CancellationToken ConnectionClosedRequested
    {
        get => _closeRequested.Token;
        set => throw new NotSupportedException("The token belongs to the connection.");
    }

    /// <summary>Carries the connection until the hub is done with it.</summary>
    /// <param name="hub">Runs the hub on this connection.</param>
    /// <param name="closeTimeout">How long the client may take to answer the close.</param>
    public async Task RunAsync(Func<ConnectionContext, Task> hub, TimeSpan closeTimeout)
    {
        _pipe.Start();
        try
        {
            await hub(this).ConfigureAwait(false);
        }
        finally
        {
            await _pipe.CloseAsync(closeTimeout).ConfigureAwait(false);
        }
    }

    /// <summary>Once a second: keep-alive, timeouts, and an end for a write that does not get through.</summary>
    public void Beat(TimeSpan sendTimeout)
    {
        if (_pipe.Stuck >= sendTimeout)
            Abort(new ConnectionAbortedException("The client does not read."));
        else
            Volatile.Read(ref _heartbeat)?.Invoke();
    }

    public void OnHeartbeat(Action<object> action, object state) => _heartbeat += () => action(state);

    public void RequestClose() => _closeRequested.Cancel();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        base.Abort(abortReason);
        _socket.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _closeRequested.Dispose();
    }
}
