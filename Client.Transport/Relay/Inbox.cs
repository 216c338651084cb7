using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>What came from the relay and where the application is with it. Outlives the connections it came by.</summary>
/// <remarks>
/// The relay delivers again, on a new connection, whatever was not acknowledged on the old one. The inbox knows by the
/// position what it has already, so the application sees nothing twice, and a message it still holds can be acknowledged
/// on a later connection than the one it came by. Safe to call from any thread.
/// </remarks>
internal sealed class Inbox
{
    private readonly Lock _gate = new();
    private readonly AcknowledgementTracker _positions = new();
    private readonly LatePositions _late = new();
    private readonly Arrivals _arrivals;
    private readonly Action<ReceivedMessage> _acknowledged;
    private readonly Channel<ReceivedMessage> _messages = Channel.CreateUnbounded<ReceivedMessage>();
    private RelayLink? _link;
    private string? _epoch;
    private long _received;

    // Up to where the present link has delivered: the relay takes no acknowledgement of more.
    private long _delivered;

    // What had come in when the link began. Only of that can the relay have lost anything since.
    private long _receivedBefore;
    private long _newestReport;
    private long _report;
    private long _told;
    private long _toldBytes;
    private ReceivedMessage? _handedOut;

    public Inbox(int rememberedIds)
    {
        _arrivals = new Arrivals(new DuplicateFilter(rememberedIds));
        _acknowledged = Acknowledged;
    }

    /// <summary>What to tell a relay at registration: the epoch, and up to where the application has taken everything, or can't because it came too late and the relay does not know.</summary>
    public (string? Epoch, long Sequence) Resume
    {
        get
        {
            lock (_gate)
                return (_epoch, Math.Min(_positions.Acknowledged, _late.First - 1));
        }
    }

    /// <summary>A link is registered. From here on only it may deliver: an older one may still have callbacks under way.</summary>
    /// <returns>Whether the relay has forgotten everything since the link before.</returns>
    public bool Begin(RelayLink link, string epoch, long sequence)
    {
        lock (_gate)
        {
            _link = link;
            _report = 0;
            var restarted = _epoch is not null && _epoch != epoch;
            if (_epoch != epoch)
            {
                _epoch = epoch;
                _newestReport = 0;
                _late.Restart();
                _received = sequence;
                _positions.Restart(sequence);
            }

            _positions.Forgo(0, sequence);
            _late.Begin(sequence);
            _delivered = sequence;
            _received = _receivedBefore = Math.Max(_received, sequence);
            return restarted;
        }
    }

    /// <summary>Takes one message, if it is not here already.</summary>
    /// <returns>Null; or the place of a message that comes too late and was not taken, to be settled with <see cref="Settle"/> when the application knows.</returns>
    public AcknowledgementTracker.Slot? Deliver(RelayLink link, long position, PeerId sender, in DeliveredMessage message)
    {
        long missing;
        bool untold;
        lock (_gate)
        {
            if (_link != link)
                return null;

            _delivered = Math.Max(_delivered, position);
            if (position == _received + 1)
                return Take(position, sender, message);

            missing = Math.Max(0, position - _received - 1);
            _received = Math.Max(_received, position - 1);
            untold = position <= _received && position <= _positions.Acknowledged;
        }

        // The relay does not know that it is taken: it could not be acknowledged before the relay had delivered the position
        // on this link. Unrepeated, that would leave the relay's window full for good.
        if (untold)
            link.AcknowledgeSoon();

        if (missing == 0)
            return null;

        // The loss first, and then the message, as it was.
        link.ReportGap(missing);
        return Deliver(link, position, sender, message);
    }

    private AcknowledgementTracker.Slot? Take(long position, PeerId sender, in DeliveredMessage delivered)
    {
        _received = position;
        if (delivered.Repeat && _arrivals.IsLate(sender, delivered.Id))
        {
            _late.Add(position);
            return _positions.OpenGap(position);
        }

        var message = new ReceivedMessage(sender, delivered.Id, delivered.Payload, TransportKind.Relay, _acknowledged)
        {
            Origin = _positions.Open(position, delivered.Payload.Length),
        };

        // Still under the lock: a link that begins now may deliver the next position before this line goes on.
        if (_arrivals.IsFirst(message))
            _messages.Writer.TryWrite(message);
        return null;
    }

    /// <summary>The relay says that so many messages up to a position are lost. What came in before them is not concerned.</summary>
    /// <returns>How many positions up to there are not here.</returns>
    public long Skip(RelayLink link, long count, long sequence)
    {
        AcknowledgementTracker.Slot? gap = null;
        bool untold;
        long missing;
        lock (_gate)
        {
            if (_link != link)
                return 0;

            _positions.Forgo(sequence - Math.Clamp(count, 0, Math.Max(0, sequence)) + 1, Math.Min(sequence, _receivedBefore));
            _delivered = Math.Max(_delivered, sequence);
            missing = Math.Max(0, sequence - _received);
            if (missing > 0)
                gap = _positions.OpenGap(_received = sequence);
            untold = sequence <= _positions.Acknowledged;
        }

        // Else they were taken on an earlier link, and as with messages the relay does not know it.
        if (gap is not null)
            Settle(gap);
        else if (untold)
            link.AcknowledgeSoon();
        return missing;
    }

    /// <summary>The relay tells of losses, as it does on every connection until it has heard that they are known.</summary>
    /// <returns>Whether the application is to be told: not again, and not by an older link, whose reports all come again by the present one.</returns>
    public bool IsNewReport(RelayLink link, long report)
    {
        lock (_gate)
        {
            if (_link != link || report <= _newestReport)
                return false;
            _newestReport = report;
            return true;
        }
    }

    /// <summary>A report of losses has been handed to the application.</summary>
    public void Reported(RelayLink link, long report)
    {
        lock (_gate)
        {
            if (_link != link)
                return;
            _report = report;
        }

        link.AcknowledgeSoon();
    }

    /// <summary>What to acknowledge now, on this link.</summary>
    /// <param name="mostLate">How many ranges of what came too late the relay takes at once.</param>
    public Acknowledgement Acknowledgement(int mostLate)
    {
        lock (_gate)
        {
            var settled = Math.Min(_positions.Acknowledged, _delivered);
            var sequence = settled;
            var late = _late.Tell(ref sequence, mostLate);
            if (sequence < settled)
                _link?.AcknowledgeSoon();
            (_told, _toldBytes) = (sequence, _positions.AcknowledgedBytes);
            return new Acknowledgement { Epoch = _epoch, Sequence = sequence, Report = _report, Late = late };
        }
    }

    /// <summary>What the relay has delivered to us and waits for: the length of its window, in messages and in bytes of payload.</summary>
    public (int Messages, long Bytes) InWindow
    {
        get
        {
            lock (_gate)
                return (_positions.Awaited, _positions.AwaitedBytes);
        }
    }

    /// <summary>How many came too late of which the relay is not known to know.</summary>
    public int Late
    {
        get
        {
            lock (_gate)
                return _late.Count;
        }
    }

    /// <summary>What the application has not taken yet, and the bytes of payload in it: also what no relay waits for any more.</summary>
    public (int Messages, long Bytes) Untaken
    {
        get
        {
            lock (_gate)
                return (_positions.Untaken, _positions.UntakenBytes);
        }
    }

    /// <summary>Hands out the next message, and counts the one before as taken unless it is held.</summary>
    public ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _handedOut, null)?.AcknowledgeUnlessHeld();
        if (cancellationToken.IsCancellationRequested || !_messages.Reader.TryRead(out var message))
            return WaitAsync(cancellationToken);

        Interlocked.Exchange(ref _handedOut, message);
        return ValueTask.FromResult(message);
    }

    private async ValueTask<ReceivedMessage> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var message = await _messages.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _handedOut, message);
            return message;
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } reason)
        {
            throw reason is TransportException known
                ? new TransportException(known.Error, known.Message, known) { Code = known.Code }
                : new ObjectDisposedException(nameof(RelayTransport));
        }
    }

    /// <summary>Nothing more will come. What is here can still be received.</summary>
    public void Complete(Exception reason) => _messages.Writer.TryComplete(reason);

    private void Acknowledged(ReceivedMessage message)
    {
        _arrivals.Acknowledged(message);
        Settle((AcknowledgementTracker.Slot)message.Origin!);
    }

    /// <summary>A place need not be waited for any more.</summary>
    public void Settle(AcknowledgementTracker.Slot slot)
    {
        RelayLink? link;
        long messages, bytes;
        lock (_gate)
        {
            if (!_positions.Settle(slot))
                return;
            link = _link;
            (messages, bytes) = (_positions.Acknowledged - _told, _positions.AcknowledgedBytes - _toldBytes);
        }

        link?.AcknowledgeSoon(messages, bytes);
    }
}
