using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>The messages sent on one link and not answered yet, by number. Safe to call from any thread.</summary>
internal sealed class SendWindow
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, PendingSend> _unanswered = [];
    private long _bytes;
    private TransportException? _broken;

    // Completed whenever an answer makes room, then replaced.
    private TaskCompletionSource _room = NewRoom();

    /// <summary>Whether another message fits. One always does.</summary>
    /// <param name="room">When it does not: completes as soon as looking again makes sense.</param>
    public bool Fits(int bytes, RelayLimits limits, out Task room)
    {
        lock (_gate)
        {
            room = _room.Task;
            return _unanswered.Count == 0
                || (_unanswered.Count < limits.SendWindowMessages && _bytes + bytes <= limits.SendWindowBytes);
        }
    }

    /// <returns>False when the link is broken; then the message has failed already.</returns>
    public bool TryAdd(long number, PendingSend send)
    {
        lock (_gate)
        {
            if (_broken is null)
            {
                _unanswered.Add(number, send);
                _bytes += send.Bytes;
                return true;
            }
        }

        send.TrySetException(_broken);
        return false;
    }

    /// <summary>The relay has answered a range of numbers. Ones that are not waiting mean nothing.</summary>
    public void Answer(NumberRange range, SendResult result)
    {
        List<PendingSend> answered = [];
        lock (_gate)
        {
            foreach (var number in NumbersIn(range))
            {
                if (_unanswered.Remove(number, out var send))
                {
                    _bytes -= send.Bytes;
                    answered.Add(send);
                }
            }
        }

        foreach (var send in answered)
            send.TrySetResult(result);
        SignalRoom();
    }

    /// <returns>False if no such message is waiting.</returns>
    public bool Refuse(long number, TransportException reason)
    {
        PendingSend? send;
        lock (_gate)
        {
            if (!_unanswered.Remove(number, out send))
                return false;
            _bytes -= send.Bytes;
        }

        send.TrySetException(reason);
        SignalRoom();
        return true;
    }

    /// <summary>The link is broken: all that wait fail, and everything that comes later.</summary>
    public void Break(TransportException reason)
    {
        PendingSend[] failed;
        lock (_gate)
        {
            _broken ??= reason;
            failed = [.. _unanswered.OrderBy(waiting => waiting.Key).Select(waiting => waiting.Value)];
            _unanswered.Clear();
            _bytes = 0;
        }

        foreach (var send in failed)
            send.TrySetException(reason);
        SignalRoom();
    }

    private static TaskCompletionSource NewRoom() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IEnumerable<long> NumbersIn(NumberRange range)
    {
        if (range.To < range.From)
            return [];

        // A relay gone mad may name any range; never walk through more than is there. As ulong, the distance cannot overflow.
        var distance = (ulong)(range.To - range.From);
        return distance < (ulong)_unanswered.Count
            ? Enumerable.Range(0, (int)distance + 1).Select(i => range.From + i)
            : [.. _unanswered.Keys.Where(number => number >= range.From && number <= range.To).Order()];
    }

    private void SignalRoom() => Interlocked.Exchange(ref _room, NewRoom()).TrySetResult();
}
