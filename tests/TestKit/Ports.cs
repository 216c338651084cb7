using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>Ports on loopback.</summary>
public static class Ports
{
    /// <summary>A port nobody listens at, for a server that is not there, or is to come back at the same address.</summary>
    public static int Unused()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
