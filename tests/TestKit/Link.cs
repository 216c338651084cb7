using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>A network between clients and a relay that fails on demand: a TCP proxy on loopback, one line of test code for each failure.</summary>
/// <remarks>
/// Every member may be called from any thread and works at once, on all connections through this link. The server may
/// stop and start again behind the link; while it is away, connections are accepted and reset.
/// </remarks>
public sealed class Link : IAsyncDisposable
{
    // Small enough that a stalled link is felt after a fraction of a megabyte: left alone, Linux grows a buffer to 6 MiB.
    private const int ReceiveBufferSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly IPEndPoint _destination;
    private readonly LinkLane _toServer = new();
    private readonly LinkLane _toClient = new();
    private readonly Dictionary<LinkConnection, Task> _open = [];
    private readonly List<Task> _acceptLoops = [];
    private Socket _listener;
    private bool _isCut;
    private bool _disposed;
    private long _connections;

    private Link(Uri server)
    {
        var address = IPAddress.TryParse(server.DnsSafeHost, out var parsed) ? parsed : IPAddress.Loopback;
        if (!server.IsLoopback)
            throw new ArgumentException($"A link carries bytes on this machine only; {server.Host} is another.", nameof(server));

        _destination = new IPEndPoint(address, server.Port);
        _listener = Bind(port: 0);
        Url = new UriBuilder("http", "127.0.0.1", ((IPEndPoint)_listener.LocalEndPoint!).Port, server.AbsolutePath).Uri;
        Listen();
    }

    /// <summary>The URL to give to clients instead of the server's; the same for the whole life of the link.</summary>
    public Uri Url { get; }

    /// <summary>How many connections clients have made so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>How many of them are still there.</summary>
    public int OpenConnections
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    public long BytesToServer => _toServer.BytesCarried;

    public long BytesToClient => _toClient.BytesCarried;

    public bool IsCut
    {
        get
        {
            lock (_gate)
                return _isCut;
        }
    }

    public static Link To(Uri server) => new(server);

    public static Link To(string server) => new(new Uri(server));

    /// <summary>Breaks all connections and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            if (_isCut || _disposed)
                return;

            _isCut = true;
            _listener.Dispose();
            // Bound but not listening, a socket refuses connections and still keeps the port from everybody else.
            _listener = BindAgain(Url.Port);
        }

        Reset();
    }

    /// <summary>Accepts connections again after <see cref="Cut"/>, on the same port.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            if (!_isCut || _disposed)
                return;

            _isCut = false;
            Listen();
        }
    }

    /// <summary>Breaks all connections; new ones are welcome.</summary>
    public void Reset()
    {
        List<LinkConnection> broken;
        lock (_gate)
            broken = [.. _open.Keys];

        broken.ForEach(connection => connection.Abort());
    }

    /// <summary>Stops all bytes. Connections stay open and new ones are accepted, but nobody hears anything, not even an end.</summary>
    public void Stall()
    {
        StallToClient();
        StallToServer();
    }

    public void StallToClient() => _toClient.Stall();

    public void StallToServer() => _toServer.Stall();

    /// <summary>Ends <see cref="Stall"/> and <see cref="Throttle"/>: what had to wait goes on, nothing is lost.</summary>
    public void Resume()
    {
        _toClient.Resume();
        _toServer.Resume();
    }

    /// <summary>Slows every connection down to this speed, each way.</summary>
    public void Throttle(long bytesPerSecond)
    {
        _toClient.Throttle(bytesPerSecond);
        _toServer.Throttle(bytesPerSecond);
    }

    /// <summary>Lets one side of every connection see an orderly end, of which the other side learns nothing.</summary>
    public void HalfClose(Towards side)
    {
        List<LinkConnection> connections;
        lock (_gate)
            connections = [.. _open.Keys];

        connections.ForEach(connection => connection.HalfClose(side));
    }

    /// <summary>Does <see cref="Cut"/> by itself when exactly so many more bytes, of all connections, have gone this way.</summary>
    public void CutAfter(long bytes, Towards side)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        (side == Towards.Client ? _toClient : _toServer).Limit(bytes);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] loops;
        lock (_gate)
        {
            _disposed = true;
            _listener.Dispose();
            loops = [.. _acceptLoops, .. _open.Values];
        }

        Reset();
        await Task.WhenAll(loops);
    }

    internal static Socket NewSocket(AddressFamily family) =>
        new(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBufferSize };

    private static Socket Bind(int port)
    {
        var socket = NewSocket(AddressFamily.InterNetwork);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket BindAgain(int port)
    {
        // A child process that is being started holds a copy of the closed listener until it becomes its program, a
        // matter of milliseconds.
        Socket? bound = null;
        SpinWait.SpinUntil(() => TryBind(port, out bound), Eventually.Patience);
        return bound ?? Bind(port);
    }

    private static bool TryBind(int port, [NotNullWhen(true)] out Socket? bound)
    {
        try
        {
            bound = Bind(port);
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            bound = null;
            return false;
        }
    }

    private void Listen()
    {
        _listener.Listen();
        _acceptLoops.Add(AcceptAsync(_listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }

            client.NoDelay = true;
            Interlocked.Increment(ref _connections);
            Carry(client, listener);
        }
    }

    private void Carry(Socket client, Socket listener)
    {
        var connection = new LinkConnection(client, _destination, _toServer, _toClient, Cut);
        lock (_gate)
        {
            // A Cut between the accept and here has closed this listener and did not see the connection.
            if (listener == _listener && !_disposed)
            {
                _open.Add(connection, RunAsync(connection));
                return;
            }
        }

        connection.Abort();
    }

    private async Task RunAsync(LinkConnection connection)
    {
        // Away from the lock of Carry, and behind its Add.
        await Task.Yield();
        await connection.RunAsync();
        lock (_gate)
            _open.Remove(connection);
    }
}
