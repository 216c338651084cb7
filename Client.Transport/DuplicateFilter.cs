using Relay.Contracts;

namespace Client.Transport;

/// <summary>Remembers which messages have been seen, so that a repeat of a retried message is recognised.</summary>
/// <remarks>
/// Bounded both ways: the last so many ids of each of the last so many senders heard from. A repeat older than that
/// counts as new. One sender cannot push out another's ids, only - with many names - the longest silent sender.
/// Safe to call from any thread.
/// </remarks>
/// <param name="idsPerSender">4096 is sixteen times what a relay delivers unacknowledged; repeats come from within that window.</param>
/// <param name="senders">256 senders with all their ids take about 50 MB; a usual chat knows few dozens.</param>
internal sealed class DuplicateFilter(int idsPerSender = 4096, int senders = 256)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, LinkedListNode<SeenIds>> _bySender = [];

    // Longest silent first.
    private readonly LinkedList<SeenIds> _senders = [];

    /// <summary>True the first time it is asked about a message; from then on false.</summary>
    public bool IsNew(PeerId sender, MessageId id)
    {
        lock (_gate)
        {
            return HeardFrom(sender).Add(id);
        }
    }

    /// <summary>Whether later messages of the sender were seen, and this one was not.</summary>
    public bool IsLate(PeerId sender, MessageId id)
    {
        lock (_gate)
            return _bySender.TryGetValue(sender, out var known) && known.Value.IsLate(id);
    }

    private SeenIds HeardFrom(PeerId sender)
    {
        // The one heard from last is in its place already.
        if (_senders.Last is { } last && last.Value.Sender == sender)
            return last.Value;

        if (_bySender.TryGetValue(sender, out var known))
        {
            _senders.Remove(known);
            _senders.AddLast(known);
            return known.Value;
        }

        if (_senders.Count >= senders)
        {
            _bySender.Remove(_senders.First!.Value.Sender);
            _senders.RemoveFirst();
        }

        return (_bySender[sender] = _senders.AddLast(new SeenIds(sender, idsPerSender))).Value;
    }

    /// <summary>The last ids of one sender.</summary>
    /// <remarks>
    /// Ids that only go up, as <see cref="MessageId.New"/> makes them, need no index: one above the newest was not here. The
    /// first that is not above it makes the index.
    /// </remarks>
    private sealed class SeenIds(PeerId sender, int capacity)
    {
        private readonly Queue<MessageId> _oldestFirst = new();
        private HashSet<MessageId>? _index;
        private MessageId _newest;

        public PeerId Sender { get; } = sender;

        private HashSet<MessageId> Index => _index ??= [.. _oldestFirst];

        public bool IsLate(MessageId id) => id.CompareTo(_newest) < 0 && !Index.Contains(id);

        public bool Add(MessageId id)
        {
            if (id.CompareTo(_newest) > 0)
            {
                _newest = id;
                _index?.Add(id);
            }
            else if (!Index.Add(id))
            {
                return false;
            }

            _oldestFirst.Enqueue(id);
            if (_oldestFirst.Count > capacity)
            {
                var oldest = _oldestFirst.Dequeue();
                _index?.Remove(oldest);
            }

            return true;
        }
    }
}
