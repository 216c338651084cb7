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
    private static readonly PipeOptions Options = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 2 * LookBytes, resumeWriterThreshold: LookBytes,
        minimumSegmentSize: SmallRead, useSynchronizationContext: false);

    private readonly Pipe _pipe = new(Options);

    // Who sent a large message mostly sends the next one too.
    private int _usual = SmallRead;

    // Of the present message: its bytes so far, those the reader was not woken for, and what is left of the piece of memory.
    private int _length;
    private int _unseen;
    private int _room;

    private long _heardAt = TimeProvider.System.GetTimestamp();
    private bool _shookHands;
    private int _handshake;

    public PipeReader Reader => _pipe.Reader;

    /// <summary>How long nothing has come from the other side. Any thread.</summary>
    public TimeSpan Silent => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Reads until the other side closes, or the connection breaks.</summary>
    /// <remarks>
    /// Also when nobody reads here any more; the pipe then keeps none of it. A socket that is closed with something unread resets the
    /// other side, which could miss the last it was sent: why.
    /// </remarks>
    public async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            // Between messages nothing: a silent connection holds no memory to read into.
            var memory = Memory<byte>.Empty;
            while (true)
            {
                var received = await socket.ReceiveAsync(memory, CancellationToken.None).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;

                Volatile.Write(ref _heardAt, TimeProvider.System.GetTimestamp());
                var isToBeSeen = Take(memory.Span[..received.Count], memory.Length - received.Count, received.EndOfMessage);
                if (isToBeSeen)
                    await _pipe.Writer.FlushAsync().ConfigureAwait(false);

                // The first piece is as large as the message before; what goes beyond it is a large one.
                memory = received.EndOfMessage ? Memory<byte>.Empty : _pipe.Writer.GetMemory(_room > 0 ? 1 : _length == 0 ? _usual : LargeRead);
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

    /// <returns>Whether the reader should look.</returns>
    private bool Take(ReadOnlySpan<byte> piece, int room, bool isLast)
    {
        if (!_shookHands)
            ShakeHands(piece);
        _pipe.Writer.Advance(piece.Length);
        (_room, _length, _unseen) = (room, _length + piece.Length, _unseen + piece.Length);
        if (!isLast && _unseen < LookBytes)
            return false;

        _unseen = 0;
        if (isLast)
            (_usual, _length, _room) = (_length > SmallRead ? LargeRead : SmallRead, 0, 0);
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
