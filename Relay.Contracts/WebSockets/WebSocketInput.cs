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

    // Of SignalR's handshake and of JSON.
    private const byte EndOfRecord = 0x1e;

    // The reader's turn runs on the thread that read, which has nothing else to do until it is over.
    private static readonly PipeOptions Options = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 2 * LookBytes, resumeWriterThreshold: LookBytes,
        minimumSegmentSize: SmallRead, useSynchronizationContext: false);

    private readonly Pipe _pipe = new(Options);

    // Who sent a large message mostly sends the next one too.
    private int _usual = SmallRead;

    // Bytes of the present message so far; those the reader was not woken for, and whether a record ends in them.
    private int _length;
    private int _unseen;
    private bool _hasEnd;

    // The machine's clock, wherever the relay's own comes from: this is for sockets.
    private long _heardAt = TimeProvider.System.GetTimestamp();
    private bool _shookHands;
    private int _handshake;

    public PipeReader Reader => _pipe.Reader;

    /// <summary>Whether what comes are records of text. Their reader looks for an end in all that is there, so it is not woken for less than one.</summary>
    public bool IsText { get; set; }

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
                var isToBeSeen = Take(memory.Span[..received.Count], received.EndOfMessage);
                if (isToBeSeen)
                    await _pipe.Writer.FlushAsync().ConfigureAwait(false);
                memory = received.EndOfMessage ? Memory<byte>.Empty : Next(memory.Length - received.Count);
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

    /// <summary>The first piece is as large as the message before; what goes beyond it is a large one.</summary>
    /// <param name="room">What is left of the piece before, of the same message.</param>
    private Memory<byte> Next(int room)
    {
        if (_length > 0)
            return _pipe.Writer.GetMemory(room > 0 ? 1 : LargeRead);

        // What is left of the last piece, if the reader has not taken all: with a piece for each of them, messages that are no whole frame would hold
        // many times the memory they have bytes. A new one is small, and given back for the one that is wanted.
        var left = _pipe.Writer.GetMemory(1);
        return left.Length >= _usual / 4 ? left : _pipe.Writer.GetMemory(_usual);
    }

    /// <returns>Whether the reader should look.</returns>
    private bool Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        _hasEnd |= (_shookHands && !IsText) || piece.Contains(EndOfRecord);
        if (!_shookHands)
            ShakeHands(piece.Length);
        _pipe.Writer.Advance(piece.Length);
        (_length, _unseen) = (_length + piece.Length, _unseen + piece.Length);
        var isToBeSeen = (isLast && _hasEnd) || _unseen >= LookBytes;
        if (isToBeSeen)
            (_unseen, _hasEnd) = (0, false);
        if (isLast)
            (_usual, _length) = (_length > SmallRead ? LargeRead : SmallRead, 0);
        return isToBeSeen;
    }

    private void ShakeHands(int length)
    {
        _shookHands = _hasEnd;
        _handshake += length;
        if (!_shookHands && _handshake > longestHandshake)
            throw new InvalidDataException($"SignalR's handshake has not ended within {longestHandshake} bytes.");
    }
}
