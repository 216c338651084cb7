using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Relay.Contracts.WebSockets;

/// <summary>What the other side writes, for SignalR to read: woken once for each message, not for each 4 KiB of one.</summary>
/// <param name="tellsWhy">Whether reading ends with the exception by which the connection broke, or as if it had been closed.</param>
/// <param name="longestHandshake">Bytes within which SignalR's handshake has to end.</param>
internal sealed class WebSocketInput(WebSocket socket, bool tellsWhy, int longestHandshake)
{
    // Pings, acknowledgements, a lone message.
    private const int SmallRead = 4 << 10;

    // A full batch of messages of the usual size in one piece, which is the fastest to read.
    private const int LargeRead = 64 << 10;

    // SignalR looks at the start of a message at the latest when so much of it is here, and refuses what grows too large.
    private const int LookBytes = 64 << 10;

    private const byte EndOfHandshake = 0x1e;

    // The reader's turn runs on the thread that read, which has nothing else to do until it is over.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 2 * LookBytes, resumeWriterThreshold: LookBytes,
        minimumSegmentSize: SmallRead, useSynchronizationContext: false));

    // Who sent a large message mostly sends the next one too.
    private int _usual = SmallRead;

    private bool _shookHands;
    private int _handshake;

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
        var (unseen, length, room) = (0, 0, 0);
        do
        {
            if (received.MessageType == WebSocketMessageType.Close)
                return false;

            // The first piece is as large as the message before; what goes beyond it is a large one.
            var memory = _pipe.Writer.GetMemory(room > 0 ? 1 : length == 0 ? _usual : LargeRead);
            received = await socket.ReceiveAsync(memory, CancellationToken.None).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
                return false;

            if (!_shookHands)
                ShakeHands(memory.Span[..received.Count]);
            _pipe.Writer.Advance(received.Count);
            room = memory.Length - received.Count;
            length += received.Count;
            unseen += received.Count;
            if (received.EndOfMessage || unseen >= LookBytes)
            {
                unseen = 0;
                if ((await _pipe.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                    return false;
            }
        }
        while (!received.EndOfMessage);

        _usual = length > SmallRead ? LargeRead : SmallRead;
        return true;
    }

    private void ShakeHands(ReadOnlySpan<byte> bytes)
    {
        _shookHands = bytes.Contains(EndOfHandshake);
        _handshake += bytes.Length;
        if (!_shookHands && _handshake > longestHandshake)
            throw new InvalidDataException($"SignalR's handshake has not ended within {longestHandshake} bytes.");
    }
}
