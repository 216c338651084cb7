using System.Net;
using System.Net.Sockets;

namespace TermChat.Commands.Doctor;

/// <summary>Does anybody listen there?</summary>
internal static class TcpStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        var start = relay.Time.GetTimestamp();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(relay.Addresses, relay.FirstHop.Port, cancellationToken);
        }
        catch (SocketException refused)
        {
            return Finding.Fail(
                $"nobody answers at port {relay.FirstHop.Port} of {relay.FirstHop.Host}: {refused.Message}. " +
                "Check the port, that the relay runs, and that no firewall is in the way.");
        }

        // As dual-stack sockets write it, an address of the old kind looks like a strange one of the new.
        var at = (IPEndPoint)socket.RemoteEndPoint!;
        var address = at.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(at.Address.MapToIPv4(), at.Port) : at;
        return Finding.Ok($"{address} connected in {relay.Time.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }
}
