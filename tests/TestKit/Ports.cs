using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>Ports on loopback.</summary>
public static class Ports
{
    private const int FirstLasting = 15_000;
    private const uint LastingCount = 15_000;

    // Test processes run side by side, and should not all begin with the same one.
    private static int _lastLasting = Random.Shared.Next();

    /// <summary>A port for a server that is not there, or that goes away and comes back: nobody else gets it in the meantime.</summary>
    /// <remarks>Below the ports that systems give to outgoing connections, of which tests beside this one make many.</remarks>
    public static int Lasting()
    {
        while (true)
        {
            var port = FirstLasting + (int)((uint)Interlocked.Increment(ref _lastLasting) % LastingCount);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one, then.
            }
        }
    }
}
