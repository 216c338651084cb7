using System.Net;
using System.Net.Sockets;

namespace Client.Transport.Tests.Relay;

/// <summary>Takes connections on loopback for a relay that speaks by raw sockets, and ends them with it.</summary>
internal sealed class RawListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, Task> _serve;
    private readonly Task _accepting;

    /// <param name="serve">Carries one connection, which is closed behind it. That the other side has closed, or this is disposed of, may come out of it as an exception.</param>
    public RawListener(Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        Url = new UriBuilder("http", "127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port).Uri;
        Stopping = _stop.Token;
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Over when this is disposed of.</summary>
    public CancellationToken Stopping { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();

        // In this order: one who is about to accept may still ask a listener that is there.
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(Stopping)));
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await _serve(client.GetStream());
            }
            catch (Exception over) when (over is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of the two has closed.
            }
        }
    }
}
