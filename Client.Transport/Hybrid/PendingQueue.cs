using System.Diagnostics.CodeAnalysis;
using Relay.Contracts;

namespace Client.Transport.Hybrid;

/// <summary>The messages to one peer that nobody has accepted yet, in the order they were sent.</summary>
/// <remarks>
/// A message handed to a link stays in its place until it is accepted. So when the link breaks there is nothing to put
/// back: <see cref="Rewind"/> begins at the front again. Not thread-safe: called under the lane's lock.
/// </remarks>
internal sealed class PendingQueue(int capacity)
{
    private readonly LinkedList<QueuedSend> _messages = [];

    // The first message not handed to the present link; null when all are.
    private LinkedListNode<QueuedSend>? _next;

    public bool IsEmpty => _messages.Count == 0;

    /// <summary>Whether someone still waits for an outcome.</summary>
    public bool HasCallers => _messages.Last is { Value.IsPending: false };

    public bool HasNext => _next is not null;

    /// <summary>How many messages wait whose callers have been told so.</summary>
    public int PendingCount { get; private set; }

    public LinkedListNode<QueuedSend> Add(QueuedSend send)
    {
        var node = _messages.AddLast(send);
        _next ??= node;
        return node;
    }

    public bool TryTakeNext([NotNullWhen(true)] out LinkedListNode<QueuedSend>? next)
    {
        next = _next;
        _next = next?.Next;
        return next is not null;
    }

    /// <summary>The message is settled, one way or the other.</summary>
    /// <returns>False when it was gone already.</returns>
    public bool Remove(LinkedListNode<QueuedSend> node)
    {
        if (node.List is null)
            return false;

        if (node == _next)
            _next = node.Next;
        if (node.Value.IsPending)
            PendingCount--;
        _messages.Remove(node);
        return true;
    }

    /// <summary>Takes out those of these messages that no link has at present, and marks the others: they do not come back from their link.</summary>
    public IReadOnlyList<QueuedSend> RemoveLost(IReadOnlySet<MessageId> ids, TransportKind path)
    {
        List<QueuedSend> removed = [];
        for (var node = _messages.First; node is not null;)
        {
            var following = node.Next;
            var isLost = ids.Contains(node.Value.Message.Id);
            if (isLost && node.Value.IsInFlight)
            {
                node.Value.LostBy = path;
            }
            else if (isLost)
            {
                removed.Add(node.Value);
                Remove(node);
            }

            node = following;
        }

        return removed;
    }

    /// <summary>Everything that is left goes to the next link, oldest first.</summary>
    public void Rewind() => _next = _messages.First;

    /// <summary>Lets everyone who still waits for an outcome know that the message waits here.</summary>
    /// <returns>The oldest messages, for which there is no room, oldest first.</returns>
    public IReadOnlyList<QueuedSend> Park(TransportException reason)
    {
        List<QueuedSend> evicted = [];
        while (_messages.Count > capacity)
        {
            evicted.Add(_messages.First!.Value);
            Remove(_messages.First);
        }

        // The newest are the ones not told yet.
        for (var node = _messages.Last; node is { Value.IsPending: false }; node = node.Previous)
        {
            node.Value.BecomePending(reason);
            PendingCount++;
        }

        return evicted;
    }

    /// <returns>Everything that was in it.</returns>
    public IReadOnlyList<QueuedSend> Clear()
    {
        var all = _messages.ToArray();
        _messages.Clear();
        _next = null;
        PendingCount = 0;
        return all;
    }
}
