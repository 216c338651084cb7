using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>One connection through a <see cref="Link"/>: a socket to the client, one to the server, and a pump each way.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Abort may come after the end, and a source without a timer holds nothing to dispose of.")]
internal sealed class LinkConnection(Socket client, IPEndPoint destination, LinkLane toServer, LinkLane toClient, Action cut)
{
    private const int BufferSize = 16 * 1024;

    private readonly CancellationTokenSource _broken = new();
    private readonly Socket _server = Link.NewSocket(destination.AddressFamily);
    private volatile bool _closedTowardsClient;
    private volatile bool _closedTowardsServer;

    /// <summary>Carries bytes until both sides have closed or the connection is broken. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await _server.ConnectAsync(destination, _broken.Token);
            await Task.WhenAll(
                PumpAsync(client, _server, toServer, () => _closedTowardsServer),
                PumpAsync(_server, client, toClient, () => _closedTowardsClient));
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone or the test broke the connection: the other side has to notice it as rudely.
            Abort();
        }

        client.Dispose();
        _server.Dispose();
    }

    /// <summary>Resets the connection on both sides: what is on its way is lost.</summary>
    public void Abort()
    {
        Reset(client);
        Reset(_server);
        _broken.Cancel();
    }

    /// <summary>Tells one side that nothing more will come from the other, which does not learn of it.</summary>
    public void HalfClose(Towards side)
    {
        if (side == Towards.Client)
            _closedTowardsClient = true;
        else
            _closedTowardsServer = true;

        CloseSending(side == Towards.Client ? client : _server);
    }

    private async Task PumpAsync(Socket source, Socket target, LinkLane lane, Func<bool> isClosed)
    {
        try
        {
            await CarryAsync(source, target, lane);
            CloseSending(target);
        }
        catch (SocketException) when (isClosed())
        {
            // The bytes came after a HalfClose: they have nowhere to go, and the way back stays open.
        }
        catch
        {
            Abort();
            throw;
        }
    }

    private async Task CarryAsync(Socket source, Socket target, LinkLane lane)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            // Waits for bytes without taking any: while the lane is stalled they stay in the kernel, so that the
            // sender's own buffers fill up. That is what a slow reader feels like.
            await source.ReceiveAsync(Memory<byte>.Empty, _broken.Token);
            await lane.Flowing.WaitAsync(_broken.Token);

            var received = await source.ReceiveAsync(buffer.AsMemory(0, lane.Portion(BufferSize)), _broken.Token);
            if (received == 0)
                return;

            await lane.Flowing.WaitAsync(_broken.Token);
            var admitted = lane.Admit(received, out var end);
            for (var sent = 0; sent < admitted;)
                sent += await target.SendAsync(buffer.AsMemory(sent, admitted - sent), _broken.Token);

            if (end)
                cut();
            await lane.PaceAsync(admitted, _broken.Token);
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            // Closing with unsent bytes thrown away is what makes TCP send a reset instead of a polite end.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Closed already, so there is nothing to be rude to.
        }

        socket.Close(timeout: 0);
    }

    private static void CloseSending(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // That side went first; its pump sees it.
        }
    }
}
