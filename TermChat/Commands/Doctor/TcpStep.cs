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

        return Finding.Ok($"{socket.RemoteEndPoint} connected in {relay.Time.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }
}
