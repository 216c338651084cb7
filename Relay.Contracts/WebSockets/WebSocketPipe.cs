using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Relay.Contracts.WebSockets;

/// <summary>A WebSocket as SignalR reads and writes it, in the relay and in its clients: a frame for each flush, a wake-up for each message.</summary>
/// <remarks>What that buys, against SignalR's own pipes of 4 KiB, is in docs/decisions/0012-own-websocket-transport.md.</remarks>
/// <param name="tellsWhy">Whether reading ends with the exception by which the connection broke, or as if it had been closed.</param>
/// <param name="longestHandshake">Bytes within which SignalR's handshake has to end. Its server sees to that itself, its client does not.</param>
internal sealed class WebSocketPipe(WebSocket socket, TimeProvider time, bool tellsWhy, int longestHandshake = int.MaxValue) : IDuplexPipe
{
    private readonly WebSocketInput _input = new(socket, tellsWhy, longestHandshake);
    private readonly WebSocketOutput _output = new(socket, time);
    private Task _receiving = Task.CompletedTask;

    public PipeReader Input => _input.Reader;

    public PipeWriter Output => _output;

    /// <summary>What the hub protocol asked for.</summary>
    public WebSocketMessageType MessageType
    {
        get => _output.MessageType;
        set => (_output.MessageType, _input.IsText) = (value, value == WebSocketMessageType.Text);
    }

    /// <summary>How long the present write has been stuck; zero when there is none. Any thread.</summary>
    public TimeSpan Stuck => _output.Stuck;

    /// <summary>How long nothing has come from the other side. Any thread.</summary>
    public TimeSpan Silent => _input.Silent;

    /// <summary>Begins to read. Once.</summary>
    public void Start() => _receiving = _input.ReceiveAsync();

    /// <summary>Closes the socket, when nothing is to be read or written any more.</summary>
    /// <param name="timeout">How long the other side may take to answer.</param>
    public async Task CloseAsync(TimeSpan timeout)
    {
        // What the other side still sends goes nowhere, but it has to be read, or its answer to the close is not seen.
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(timeout, TimeProvider.System);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(deadline.Token).ConfigureAwait(false);
            }

            await _receiving.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Too late, or already broken: what follows ends both.
        }

        socket.Abort();
        await _receiving.ConfigureAwait(false);
    }
}
