using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>What came from the relay and where the application is with it. Outlives the connections it came by.</summary>
/// <remarks>
/// The relay delivers again, on a new connection, whatever was not acknowledged on the old one. The inbox knows by the
/// position what it has already, so the application sees nothing twice, and a message it still holds can be acknowledged
/// on a later connection than the one it came by. Safe to call from any thread.
/// </remarks>
internal sealed class Inbox(int rememberedIds)
{
    private readonly Lock _gate = new();
    private readonly AcknowledgementTracker _positions = new();
    private readonly Arrivals _arrivals = new(new DuplicateFilter(rememberedIds));
    private readonly Channel<ReceivedMessage> _messages = Channel.CreateUnbounded<ReceivedMessage>();
    private RelayLink? _link;
    private string? _epoch;
    private long _received;

    // Up to here the relay keeps nothing for us any more, though the application may not have taken all of it.
    private long _settled;
    private long _report;
    private ReceivedMessage? _handedOut;

    /// <summary>What to tell a relay at registration: the epoch, and up to where the application has taken everything.</summary>
    public (string? Epoch, long Sequence) Resume
    {
        get
        {
            lock (_gate)
                return (_epoch, _positions.Acknowledged);
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
                _received = sequence;
                _positions.Restart(sequence);
            }

            _settled = sequence;
            _received = Math.Max(_received, sequence);
            return restarted;
        }
    }

    /// <summary>Takes one message, if it is not here already.</summary>
    public void Deliver(RelayLink link, long position, PeerId sender, MessageId id, ReadOnlyMemory<byte> payload)
    {
        // Before the message, as the loss was.
        if (SkipTo(link, position) is > 0 and var missing)
            link.ReportGap(missing);

        lock (_gate)
        {
            if (_link != link)
                return;

            if (position > _received)
            {
                _received = position;
                var slot = _positions.Open(position);

                // Still under the lock: a link that begins now may deliver the next position before this line goes on.
                if (_arrivals.Take(new ReceivedMessage(sender, id, payload, TransportKind.Relay, _ => Settle(slot))) is { } message)
                    _messages.Writer.TryWrite(message);
                return;
            }

            if (position > _positions.Acknowledged)
                return;
        }

        // The relay does not know that it is taken: the acknowledgement came before the relay had delivered the position
        // on this link, and was refused. Unrepeated, it would leave the relay's window full for good.
        link.AcknowledgeSoon();
    }

    /// <returns>How many positions were left out in front of this one.</returns>
    private long SkipTo(RelayLink link, long position)
    {
        lock (_gate)
        {
            if (_link != link || position <= _received + 1)
                return 0;

            var missing = position - _received - 1;
            _received = position - 1;
            return missing;
        }
    }

    /// <summary>The relay says that everything up to a position is lost.</summary>
    /// <returns>How much of it is not here.</returns>
    public long Skip(RelayLink link, long sequence)
    {
        AcknowledgementTracker.Slot slot;
        long missing;
        lock (_gate)
        {
            if (_link != link || sequence <= _received)
                return 0;

            missing = sequence - _received;
            _received = sequence;
            _settled = sequence;
            slot = _positions.Open(sequence);
        }

        Settle(slot);
        return missing;
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
    public Acknowledgement Acknowledgement()
    {
        lock (_gate)
            return new Acknowledgement { Epoch = _epoch, Sequence = _positions.Acknowledged, Report = _report };
    }

    /// <summary>How many positions the relay has delivered to us and waits for: the length of its window.</summary>
    public long InWindow
    {
        get
        {
            lock (_gate)
                return _received - Math.Max(_positions.Acknowledged, _settled);
        }
    }

    /// <summary>Hands out the next message, and counts the one before as taken unless it is held.</summary>
    public async ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _handedOut, null)?.AcknowledgeUnlessHeld();
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

    private void Settle(AcknowledgementTracker.Slot slot)
    {
        RelayLink? link;
        lock (_gate)
        {
            if (!_positions.Settle(slot))
                return;
            link = _link;
        }

        link?.AcknowledgeSoon();
    }
}
