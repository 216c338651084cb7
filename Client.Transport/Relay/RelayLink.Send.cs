using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

// What goes to the relay: messages in batches of whatever is waiting, and acknowledgements.
internal sealed partial class RelayLink
{
    // What a batch can take up while the one before is being written. More would only hide the window's backpressure.
    private readonly Channel<PendingSend> _queue = Channel.CreateBounded<PendingSend>(
        new BoundedChannelOptions(128) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly SendWindow _window = new();

    // One token: "look again". The newest acknowledgement says all that older ones would have.
    private readonly Channel<bool> _acknowledgeSoon = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private long _lastNumber;

    public async Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Payload.Length > _limits.MaxPayloadBytes)
        {
            throw new TransportException(
                TransportError.Io,
                $"payload too large: {message.Payload.Length} bytes; the relay {_url} takes at most {_limits.MaxPayloadBytes}.")
            {
                Code = ErrorCode.PayloadTooLarge,
            };
        }

        var send = new PendingSend(recipient, message);
        try
        {
            await _queue.Writer.WriteAsync(send, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw await _end.Task.ConfigureAwait(false);
        }

        // Cancelled while it still waits for its turn, it is taken out; later, it only stops this waiting.
        using (cancellationToken.UnsafeRegister(static (send, token) => ((PendingSend)send!).TrySetCanceled(token), send))
            return await send.Task.ConfigureAwait(false);
    }

    /// <summary>The inbox has more to acknowledge.</summary>
    public void AcknowledgeSoon() => _acknowledgeSoon.Writer.TryWrite(true);

    private async Task WriteAsync()
    {
        try
        {
            var batch = new List<OutboundMessage>();
            while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                var first = _lastNumber + 1;
                var room = Fill(batch);
                if (batch.Count > 0)
                {
                    await _connection.SendAsync(nameof(IRelayHub.Relay), new RelayRequest { First = first, Messages = batch }, _stop.Token).ConfigureAwait(false);
                    batch.Clear();
                }
                else if (room is not null)
                {
                    await room.ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure)
        {
            Break(Closed(failure));
        }

        FailQueued();
    }

    /// <summary>Moves what is waiting into the batch, as far as batch and window have room.</summary>
    /// <returns>When the window is full: what to wait for. Else null.</returns>
    private Task? Fill(List<OutboundMessage> batch)
    {
        long bytes = 0;
        while (batch.Count < _limits.MaxBatchMessages && _queue.Reader.TryPeek(out var next))
        {
            if (next.Task.IsCompleted)
            {
                _queue.Reader.TryRead(out _);
                continue;
            }

            if (batch.Count > 0 && bytes + next.Bytes > _limits.MaxBatchBytes)
                return null;
            if (!_window.Fits(next.Bytes, _limits, out var room))
                return room;

            _queue.Reader.TryRead(out _);
            if (!_window.TryAdd(_lastNumber + 1, next))
                continue;

            _lastNumber++;
            batch.Add(next.Outbound);
            bytes += next.Bytes;
        }

        return null;
    }

    /// <summary>Fails what never left. The queue is closed by now, so nothing can come in behind this.</summary>
    private void FailQueued()
    {
        while (_queue.Reader.TryRead(out var send))
            send.TrySetException(_end.Task.Result);
    }

    private async Task AcknowledgeAsync()
    {
        try
        {
            while (await _acknowledgeSoon.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                _acknowledgeSoon.Reader.TryRead(out _);
                await _connection.SendAsync(nameof(IRelayHub.Acknowledge), _inbox.Acknowledgement(), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            Break(Closed(failure));
        }
    }

    /// <summary>Tells the relay what the application has taken last, so that none of it comes again.</summary>
    private async Task SayGoodbyeAsync()
    {
        try
        {
            // Invoke, to know that the relay has it: what is only written when the connection closes may never be read.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
            await _connection.InvokeAsync(nameof(IRelayHub.Acknowledge), _inbox.Acknowledgement(), patience.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection broke in the same moment, or is stuck. The messages come again, and are dropped as repeats.
        }
    }
}
