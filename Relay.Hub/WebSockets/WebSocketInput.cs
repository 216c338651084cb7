using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Relay.Hub.WebSockets;

/// <summary>What a client writes, for the hub to read: woken once for each message, not for each 4 KiB of one.</summary>
internal sealed class WebSocketInput(WebSocket socket)
{
    // A full batch of messages of the usual size in one piece, which is the fastest to read.
    private const int ReadBytes = 64 << 10;

    // The hub looks at the start of a message at the latest when so much of it is here, and refuses what grows too large.
    private const int LookBytes = 64 << 10;

    // The hub's turn runs on the thread that read, which has nothing else to do until it is over.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 2 * LookBytes, resumeWriterThreshold: LookBytes,
        minimumSegmentSize: ReadBytes, useSynchronizationContext: false));

    public PipeReader Reader => _pipe.Reader;

    /// <summary>Reads until the client closes, the connection breaks, or the hub reads no more.</summary>
    public async Task ReceiveAsync()
    {
        try
        {
            while (await ReceiveMessageAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception)
        {
            // Cut, aborted, or not a WebSocket client after all: the connection is over either way, which the hub learns
            // from the end of its input.
        }
        finally
        {
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> ReceiveMessageAsync()
    {
        // Nothing first: a silent connection holds no memory to read into.
        var received = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
        var unseen = 0;
        do
        {
            if (received.MessageType == WebSocketMessageType.Close)
                return false;

            received = await socket.ReceiveAsync(_pipe.Writer.GetMemory(), CancellationToken.None).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
                return false;

            _pipe.Writer.Advance(received.Count);
            unseen += received.Count;
            if (received.EndOfMessage || unseen >= LookBytes)
            {
                unseen = 0;
                if ((await _pipe.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                    return false;
            }
        }
        while (!received.EndOfMessage);

        return true;
    }
}
