using System.Threading.Channels;

namespace Client.Transport.Hybrid;

// One pump for each path into one inbox, so that nothing waits behind a path that is silent.
public sealed partial class HybridTransport
{
    private readonly Pulse _directChanged = new();
    private readonly Pulse _fallbackChanged = new();
    private readonly Arrivals _arrivals;
    private readonly Action<ReceivedMessage> _acknowledged;
    private readonly Channel<ReceivedMessage> _inbox;
    private ReceivedMessage? _handedOut;

    public async ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Exchange(ref _handedOut, null)?.AcknowledgeUnlessHeld();
        try
        {
            var message = await _inbox.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

            // Not handed out once disposed: its acknowledgement would lead nowhere, and the relay would deliver it to
            // the next process as well.
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            Volatile.Write(ref _handedOut, message);
            return message;
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(HybridTransport));
        }
    }

    private async Task PumpAsync(ITransport path)
    {
        var changed = path == _direct ? _directChanged : _fallbackChanged;
        while (!IsDisposed)
        {
            // Taken before receiving, so that a change that comes while the failure is on its way is not missed.
            var nextChange = changed.Next;
            try
            {
                var copy = await path.ReceiveAsync(_stopping.Token).ConfigureAwait(false);
                copy.Hold();
                if (_arrivals.IsFirst(copy))
                    await _inbox.Writer.WriteAsync(HandOut(copy), _stopping.Token).ConfigureAwait(false);
                else
                    _logger.RepeatDropped(copy.Sender, copy.Id, copy.Path);
            }
            catch (Exception) when (IsDisposed)
            {
                // What was just received stays unacknowledged: it was not lost, it comes again.
            }
            catch (Exception exception)
            {
                _logger.ReceivingStopped(path.Kind, Routes.AsFailure(exception, path.Kind).Message);
                await WaitAsync(nextChange).ConfigureAwait(false);
            }
        }
    }

    private ReceivedMessage HandOut(ReceivedMessage copy) =>
        new(copy.Sender, copy.Id, copy.Payload, copy.Path, _acknowledged) { Origin = copy };

    private void Acknowledged(ReceivedMessage message)
    {
        _arrivals.Acknowledged(message);
        ((ReceivedMessage)message.Origin!).Acknowledge();
    }

    private async Task WaitAsync(Task change)
    {
        await change.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
