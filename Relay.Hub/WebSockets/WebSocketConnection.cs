using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Relay.Contracts.WebSockets;
using Relay.Hub.Sessions;

namespace Relay.Hub.WebSockets;

/// <summary>A WebSocket as the connection SignalR expects, with the features it looks for.</summary>
internal sealed class WebSocketConnection : DefaultConnectionContext,
    IConnectionHeartbeatFeature, IConnectionInherentKeepAliveFeature, IConnectionLifetimeNotificationFeature,
    ITransferFormatFeature, IHttpContextFeature, IHttpTransportFeature
{
    private readonly WebSocket _socket;
    private readonly WebSocketPipe _pipe;
    private readonly CancellationTokenSource _closeRequested = new();
    private (Action<object> Action, object State)[] _heartbeats = [];

    public WebSocketConnection(string id, HttpContext http, WebSocket socket, TimeProvider time)
        : base(id)
    {
        _socket = socket;
        _pipe = new WebSocketPipe(socket, time, tellsWhy: false);
        HttpContext = http;
        User = http.User;
        Transport = _pipe;

        Features.Set<IConnectionHeartbeatFeature>(this);
        Features.Set<IConnectionInherentKeepAliveFeature>(this);
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
        Features.Set<ITransferFormatFeature>(this);
        Features.Set<IHttpContextFeature>(this);
        Features.Set<IHttpTransportFeature>(this);
    }

    /// <summary>With room from the start for what SignalR and this class keep here: it would grow twice. Made before the base class fills it.</summary>
    public override IFeatureCollection Features { get; } = new FeatureCollection(16);

    public HttpContext? HttpContext { get; set; }

    // Made for whoever asks, which is hardly anybody.
    public override EndPoint? LocalEndPoint
    {
        get => HttpContext?.Connection is { LocalIpAddress: { } address, LocalPort: var port } ? new IPEndPoint(address, port) : null;
        set => throw new NotSupportedException("The address belongs to the connection.");
    }

    public override EndPoint? RemoteEndPoint
    {
        get => HttpContext?.Connection is { RemoteIpAddress: { } address, RemotePort: var port } ? new IPEndPoint(address, port) : null;
        set => throw new NotSupportedException("The address belongs to the connection.");
    }

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
    public async Task RunAsync(ConnectionHandler hub, TimeSpan closeTimeout)
    {
        _pipe.Start();
        try
        {
            await hub.OnConnectedAsync(this).ConfigureAwait(false);
        }
        finally
        {
            await _pipe.CloseAsync(closeTimeout).ConfigureAwait(false);
        }
    }

    /// <summary>Once a second: keep-alive, timeouts, and an end for a write that does not get through.</summary>
    /// <param name="clientTimeout">After so much silence SignalR ends the connection, and says so; but it counts from a client's first ping on, and some send none.</param>
    public void Beat(TimeSpan sendTimeout, TimeSpan clientTimeout)
    {
        if (_pipe.Stuck >= sendTimeout)
        {
            Features.Get<Session>()?.EndStuck(sendTimeout);
            Abort(new ConnectionAbortedException("The client does not read."));
            return;
        }

        foreach (var (action, state) in Volatile.Read(ref _heartbeats))
            action(state);

        // Some beats later than SignalR would have, whose last words need a moment too. Before there is a session, the time to register limits silence.
        if (_pipe.Silent >= clientTimeout + (3 * WebSocketConnections.Interval) && Features.Get<Session>() is { } session)
        {
            session.EndSilent();
            Abort(new ConnectionAbortedException("The client is silent."));
        }
    }

    public void OnHeartbeat(Action<object> action, object state) => Volatile.Write(ref _heartbeats, [.. _heartbeats, (action, state)]);

    public void RequestClose() => _closeRequested.Cancel();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        base.Abort(abortReason);
        try
        {
            _socket.Abort();
        }
        catch (ObjectDisposedException)
        {
            // Its request is over, and with it the socket: who aborts - SignalR, the beat - need not know.
        }
    }
}
