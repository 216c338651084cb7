using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TestKit.Tests;

/// <summary>Something to put behind a link: says what it hears, unless told not to read at all.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _loop;

    public EchoServer()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/relay");

    /// <summary>How many connections ended in a reset instead of in order.</summary>
    public int Resets;

    /// <summary>How many connections said that nothing more will come.</summary>
    public int Ends;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var socket in _sockets)
            socket.Dispose();
        await _loop;
    }

    private async Task AcceptAsync()
    {
        List<Task> echoes = [];
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _sockets.Add(socket);
                echoes.Add(EchoAsync(socket));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(echoes);
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer) is var received and > 0)
                await socket.SendAsync(buffer.AsMemory(0, received));
            Interlocked.Increment(ref Ends);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            Interlocked.Increment(ref Resets);
        }
    }
}
