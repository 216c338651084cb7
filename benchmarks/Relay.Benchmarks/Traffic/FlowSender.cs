using System.Diagnostics.CodeAnalysis;
using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Traffic;

/// <summary>Sends the messages of one flow.</summary>
/// <remarks>Allocates nothing for a message. A slot is used again when the message before it has arrived and its send has ended.</remarks>
internal sealed class FlowSender
{
    private static readonly TimeSpan Pause = TimeSpan.FromMicroseconds(50);

    private readonly IPeer _peer;
    private readonly Flow _flow;
    private readonly byte[][] _buffers;
    private readonly ValueTask<SendResult>[] _sending;

    /// <summary>How long the server took to say that it had a message.</summary>
    public Latencies Confirmations { get; } = new();

    public FlowSender(IPeer peer, Flow flow, int payloadLength)
    {
        (_peer, _flow) = (peer, flow);
        _buffers = [.. Enumerable.Range(0, flow.Window).Select(_ => Payload.NewBuffer(payloadLength))];
        _sending = new ValueTask<SendResult>[flow.Window];
    }

    /// <summary>Sends one message as soon as there is room for it.</summary>
    public async ValueTask SendNextAsync()
    {
        await _flow.RoomAsync();
        await SendOneAsync(0);
    }

    /// <summary>Sends one message and waits until the server has it.</summary>
    public async ValueTask ConfirmNextAsync()
    {
        await _flow.RoomAsync();
        var start = Clock.Now;
        await _peer.ConfirmAsync(_flow.Recipient, Next(0));
        Confirmations.RecordSince(start);
    }

    /// <summary>Sends one message. Blocks only while there is no room for it.</summary>
    /// <param name="due">What its latency counts from; 0 if it is not to be measured.</param>
    /// <param name="deadline">When not to wait for room any longer.</param>
    /// <returns>False if there was no room until then.</returns>
    public bool TrySendNow(long due, long deadline)
    {
        while (_flow.Sent - _flow.Received >= _flow.Window)
        {
            if (Clock.Now > deadline)
                return false;
            Clock.SleepUntil(Clock.Now + Clock.TicksOf(Pause));
        }

        SendOneAsync(due).AsTask().GetAwaiter().GetResult();
        return true;
    }

    /// <summary>Waits until every send has ended.</summary>
    public async Task SettleAsync()
    {
        for (var slot = 0; slot < _sending.Length; slot++)
        {
            await _sending[slot];
            _sending[slot] = default;
        }
    }

    /// <summary>Sends the next message, into the slot of one that has arrived.</summary>
    private ValueTask SendOneAsync(long due)
    {
        var slot = (int)(_flow.Sent % _flow.Window);
        if (!_sending[slot].IsCompleted)
            return SendLaterAsync(slot, due);

        // Tells of a failure, and gives back what a ValueTask may have borrowed.
        _sending[slot].GetAwaiter().GetResult();
        Send(slot, due);
        return default;
    }

    private async ValueTask SendLaterAsync(int slot, long due)
    {
        await _sending[slot];
        Send(slot, due);
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "Each is consumed once, before its slot is used again or when all settle.")]
    private void Send(int slot, long due) => _sending[slot] = _peer.SendAsync(_flow.Recipient, Next(due));

    /// <summary>The next message. It counts as sent from here on: it may arrive before the call that sends it returns.</summary>
    private byte[] Next(long due)
    {
        var buffer = _buffers[_flow.Sent % _flow.Window];
        new Payload(_flow.Number, _flow.Sent, due).Write(buffer);
        _flow.CountSent();
        return buffer;
    }
}
