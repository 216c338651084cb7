using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Loopback;

/// <summary>A send that waits for room in an inbox.</summary>
internal sealed class WaitingSend(LoopbackLink link, OutgoingMessage message)
{
    public LoopbackLink Link { get; } = link;

    public OutgoingMessage Message { get; } = message;

    public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What has arrived for one peer, and behind it, in order, the sends that wait for room.</summary>
/// <remarks>All but <see cref="Arrived"/> is called under the network's gate.</remarks>
internal sealed class LoopbackInbox(LoopbackNetwork network)
{
    // Unbounded only to the channel: Offer and Taken keep the count.
    private readonly Channel<ReceivedMessage> _arrived = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly LinkedList<WaitingSend> _waiting = [];
    private readonly HashSet<ReceivedMessage> _unacknowledged = [];
    private readonly DuplicateFilter _seen = new();
    private int _count;

    public ChannelReader<ReceivedMessage> Arrived => _arrived.Reader;

    /// <returns>Null when the message was taken in; otherwise what waits for it.</returns>
    public WaitingSend? Offer(LoopbackLink link, OutgoingMessage message)
    {
        if (_waiting.Count == 0 && _count < network.Options.InboxCapacity)
        {
            Admit(link.From.Peer, message);
            return null;
        }

        return _waiting.AddLast(new WaitingSend(link, message)).Value;
    }

    /// <summary>The application received one: the longest waiting send gets its place.</summary>
    public void Taken()
    {
        _count--;
        while (_count < network.Options.InboxCapacity && _waiting.First?.Value is { } next)
        {
            _waiting.RemoveFirst();
            Admit(next.Link.From.Peer, next.Message);
            next.Admitted.TrySetResult();
        }
    }

    public void Withdraw(WaitingSend waiting) => _waiting.Remove(waiting);

    public void Refuse(LoopbackLink link, TransportException reason)
    {
        foreach (var waiting in _waiting.Where(waiting => waiting.Link == link).ToArray())
        {
            _waiting.Remove(waiting);
            waiting.Admitted.TrySetException(reason);
        }
    }

    /// <returns>What the application never acknowledged.</returns>
    public IReadOnlyCollection<ReceivedMessage> Close()
    {
        _arrived.Writer.TryComplete();
        while (_arrived.Reader.TryRead(out _))
        {
        }

        var lost = _unacknowledged.ToArray();
        _unacknowledged.Clear();
        return lost;
    }

    private void Admit(PeerId sender, OutgoingMessage message)
    {
        // Asked only here, where the message is sure to go in: a repeat of one that waited for room and failed is new.
        if (!_seen.IsNew(sender, message.Id))
            return;

        // Copied: the sender may use its buffer again as soon as the send has completed.
        var received = new ReceivedMessage(sender, message.Id, message.Payload.ToArray(), network.Options.Kind, Acknowledged);
        _unacknowledged.Add(received);
        _count++;
        _arrived.Writer.TryWrite(received);
    }

    private void Acknowledged(ReceivedMessage message)
    {
        lock (network.Gate)
        {
            _unacknowledged.Remove(message);
        }
    }
}
