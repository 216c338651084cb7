using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Relay.Contracts.WebSockets;

/// <summary>What the other side writes, for SignalR to read: woken once for each message, not for each 4 KiB of one.</summary>
/// <param name="tellsWhy">Whether reading ends with the exception by which the connection broke, or as if it had been closed.</param>
internal sealed class WebSocketInput(WebSocket socket, bool tellsWhy)
{
    // A full batch of messages of the usual size in one piece, which is the fastest to read.
    private const int ReadBytes = 64 << 10;

    // SignalR looks at the start of a message at the latest when so much of it is here, and refuses what grows too large.
    private const int LookBytes = 64 << 10;

    // The reader's turn runs on the thread that read, which has nothing else to do until it is over.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 2 * LookBytes, resumeWriterThreshold: LookBytes,
        minimumSegmentSize: ReadBytes, useSynchronizationContext: false));

    public PipeReader Reader => _pipe.Reader;

    /// <summary>Reads until the other side closes, the connection breaks, or nobody reads here any more.</summary>
    public async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (await ReceiveMessageAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception broken)
        {
            // Cut, aborted, or not a WebSocket after all: the connection is over either way, which the reader learns from
            // the end of its input.
            failure = tellsWhy ? broken : null;
        }

        await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
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
