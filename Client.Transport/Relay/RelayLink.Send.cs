using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

// What goes to the relay: messages in batches of whatever is waiting, and acknowledgements.
internal sealed partial class RelayLink
{
    private readonly SendQueue _sends;

    // An acknowledgement is a call, and the newest says all that older ones would have: one goes at once, the next after
    // this pause, or as soon as a quarter of the relay's window waits for it. Only what a killed program had taken within
    // the pause comes again for want of it.
    private static readonly TimeSpan AcknowledgementPause = TimeSpan.FromMilliseconds(5);

    // One token: "look again".
    private readonly Channel<bool> _acknowledgeSoon = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private volatile TaskCompletionSource _muchToAcknowledge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _acknowledgesSoon;

    public Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Payload.Length > _limits.MaxPayloadBytes)
        {
            return Task.FromException<SendResult>(new TransportException(
                TransportError.Io,
                $"payload too large: {message.Payload.Length} bytes; the relay {_url} takes at most {_limits.MaxPayloadBytes}.")
            {
                Code = ErrorCode.PayloadTooLarge,
            });
        }

        var send = new PendingSend(recipient, message, cancellationToken);
        _sends.Add(send);
        return send.Task;
    }

    /// <summary>The inbox has more to acknowledge.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="bytes">And how many bytes of payload.</param>
    public void AcknowledgeSoon(long messages = 0, long bytes = 0)
    {
        if (!_acknowledgesSoon)
        {
            _acknowledgesSoon = true;
            _acknowledgeSoon.Writer.TryWrite(true);
        }

        if (messages * 4 >= _limits.DeliveryWindowMessages || bytes * 4 >= _limits.DeliveryWindowBytes)
            _muchToAcknowledge.TrySetResult();
    }

    private async Task WriteAsync()
    {
        try
        {
            _sends.Start(_limits);
            var messages = new List<OutboundMessage>();
            while (await _sends.WaitAsync().ConfigureAwait(false))
            {
                while (_sends.Take(messages) is > 0 and var first)
                {
                    await _connection.SendAsync(nameof(IRelayHub.Relay), new RelayRequest { First = first, Messages = messages }, _stop.Token).ConfigureAwait(false);
                    messages.Clear();
                }
            }
        }
        catch (Exception failure)
        {
            Break(Closed(failure));
        }
    }

    private async Task AcknowledgeAsync()
    {
        try
        {
            while (await _acknowledgeSoon.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                _acknowledgeSoon.Reader.TryRead(out _);
                _muchToAcknowledge = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

                // Before looking: whoever settles more behind this line raises it again.
                _acknowledgesSoon = false;
                await _connection.SendAsync(nameof(IRelayHub.Acknowledge), _inbox.Acknowledgement(_limits.DeliveryWindowMessages), _stop.Token).ConfigureAwait(false);
                await _muchToAcknowledge.Task.WaitAsync(AcknowledgementPause, _time, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            await _connection.InvokeAsync(nameof(IRelayHub.Acknowledge), _inbox.Acknowledgement(_limits.DeliveryWindowMessages), patience.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection broke in the same moment, or is stuck. The messages come again, and are dropped as repeats.
        }
    }
}
