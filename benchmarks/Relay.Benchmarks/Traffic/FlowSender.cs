using System.Diagnostics.CodeAnalysis;
using Client.Transport;
using Relay.Benchmarks.Clients;

namespace Relay.Benchmarks.Traffic;

/// <summary>Sends the messages of one flow: as fast as its window allows.</summary>
/// <remarks>Allocates nothing for a message. A slot is used again when the message before it has arrived and its send has ended.</remarks>
internal sealed class FlowSender
{
    private static readonly TimeSpan Pause = TimeSpan.FromMicroseconds(50);

    private readonly IPeer _peer;
    private readonly Flow _flow;
    private readonly byte[][] _buffers;
    private readonly ValueTask<SendResult>[] _sending;

    public FlowSender(IPeer peer, Flow flow, int payloadLength)
    {
        (_peer, _flow) = (peer, flow);
        _buffers = [.. Enumerable.Range(0, flow.Window).Select(_ => Payload.NewBuffer(payloadLength))];
        _sending = new ValueTask<SendResult>[flow.Window];
    }

    /// <summary>Sends until cancelled, then waits until every send has ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await SendNextAsync();
        await SettleAsync();
    }

    /// <summary>Sends one message as soon as there is room for it.</summary>
    public async ValueTask SendNextAsync()
    {
        await _flow.RoomAsync();
        await SendOneAsync(0);
    }

    /// <summary>Sends one message. Blocks only if there is no room for it.</summary>
    /// <param name="due">What its latency counts from; 0 if it is not to be measured.</param>
    public void SendNow(long due, CancellationToken stop)
    {
        while (_flow.Sent - _flow.Received >= _flow.Window)
        {
            if (stop.IsCancellationRequested)
                return;
            Clock.SleepUntil(Clock.Now + Clock.TicksOf(Pause));
        }

        SendOneAsync(due).AsTask().GetAwaiter().GetResult();
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
    private void Send(int slot, long due)
    {
        var buffer = _buffers[slot];
        new Payload(_flow.Number, _flow.Sent, due).Write(buffer);

        // Counted first: it may have arrived before the call returns.
        _flow.CountSent();
        _sending[slot] = _peer.SendAsync(_flow.Recipient, buffer);
    }
}
