using Relay.Contracts;

namespace Client.Transport;

/// <summary>What has come in by any path, and which copies of it are still to be acknowledged.</summary>
/// <remarks>
/// A repeat must not be acknowledged just because it is a repeat. Take a message that came direct, where nobody keeps it,
/// and again by the relay: acknowledge the relay's copy at once, let the process die before the application has taken
/// the first one, and the message is gone. So every copy waits for the application's acknowledgement of the first.
/// Safe to call from any thread.
/// </remarks>
internal sealed class Arrivals(DuplicateFilter seen)
{
    // One lock over the filter and the copies: between "seen before" and "its first copy is not acknowledged yet" the
    // other path's pump, or the application, could otherwise slip in.
    private readonly Lock _gate = new();
    // No list for the first copy of a message, which is what most have: only for those that came behind it.
    private readonly Dictionary<(PeerId Sender, MessageId Id), List<ReceivedMessage>?> _unacknowledged = new(SenderAndId.Comparer);

    /// <summary>Notes one copy of a message.</summary>
    /// <returns>Whether it is the first, and so what the application gets. Another one is acknowledged when the first is.</returns>
    public bool IsFirst(ReceivedMessage copy)
    {
        var key = (copy.Sender, copy.Id);
        lock (_gate)
        {
            if (_unacknowledged.TryGetValue(key, out var later))
            {
                copy.Hold();
                (_unacknowledged[key] = later ?? []).Add(copy);
                return false;
            }

            if (seen.IsNew(copy.Sender, copy.Id))
            {
                _unacknowledged[key] = null;
                return true;
            }
        }

        // The application has long acknowledged it; this copy only still has to leave where it came from.
        copy.Acknowledge();
        return false;
    }

    /// <summary>Whether later messages of the sender have come, and this one has not.</summary>
    public bool IsLate(PeerId sender, MessageId id)
    {
        lock (_gate)
            return !_unacknowledged.ContainsKey((sender, id)) && seen.IsLate(sender, id);
    }

    /// <summary>The application has acknowledged the first copy of a message: the others are acknowledged as well.</summary>
    public void Acknowledged(ReceivedMessage first)
    {
        List<ReceivedMessage>? later;
        lock (_gate)
        {
            _unacknowledged.Remove((first.Sender, first.Id), out later);
        }

        foreach (var copy in later ?? [])
            copy.Acknowledge();
    }
}
