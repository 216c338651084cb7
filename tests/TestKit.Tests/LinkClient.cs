using System.Net.Sockets;

namespace TestKit.Tests;

/// <summary>One client's connection through a link.</summary>
internal sealed class LinkClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    // A broken link must fail its test, not keep everybody waiting.
    private readonly CancellationTokenSource _patience = new(Eventually.Patience);

    public static async Task<LinkClient> ConnectAsync(Link link)
    {
        var client = new LinkClient();
        await client._socket.ConnectAsync(link.Url.Host, link.Url.Port);
        return client;
    }

    public async Task SendAsync(int bytes)
    {
        for (var left = bytes; left > 0;)
            left -= await _socket.SendAsync(new byte[left], _patience.Token);
    }

    /// <summary>Reads so many bytes; fewer mean that the connection ended, in order or not.</summary>
    public async Task<int> ReceiveAsync(int bytes)
    {
        var buffer = new byte[bytes];
        var received = 0;
        try
        {
            while (received < bytes && await _socket.ReceiveAsync(buffer.AsMemory(received), _patience.Token) is var more and > 0)
                received += more;
        }
        catch (SocketException)
        {
            // What came before the reset is the answer.
        }

        return received;
    }

    /// <summary>Waits for the end of the connection.</summary>
    /// <returns>Success for an orderly end, else how it broke.</returns>
    public async Task<SocketError> EndAsync()
    {
        try
        {
            while (await _socket.ReceiveAsync(new byte[4096], _patience.Token) > 0)
            {
                // Echoes still on their way.
            }

            return SocketError.Success;
        }
        catch (SocketException broken)
        {
            return broken.SocketErrorCode;
        }
    }

    public void Close() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }
}
