using Relay.Contracts;

namespace Client.Transport.Hybrid;

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
    private readonly Dictionary<(PeerId Sender, MessageId Id), List<ReceivedMessage>> _unacknowledged = [];

    /// <returns>What the application gets; null for a repeat.</returns>
    public ReceivedMessage? Take(ReceivedMessage copy)
    {
        copy.Hold();
        lock (_gate)
        {
            if (_unacknowledged.TryGetValue((copy.Sender, copy.Id), out var copies))
            {
                copies.Add(copy);
                return null;
            }

            if (seen.IsNew(copy.Sender, copy.Id))
            {
                _unacknowledged[(copy.Sender, copy.Id)] = [copy];
                return new ReceivedMessage(copy.Sender, copy.Id, copy.Payload, copy.Path, Acknowledged);
            }
        }

        // The application has long acknowledged it; this copy only still has to leave where it came from.
        copy.Acknowledge();
        return null;
    }

    private void Acknowledged(ReceivedMessage message)
    {
        List<ReceivedMessage>? copies;
        lock (_gate)
        {
            _unacknowledged.Remove((message.Sender, message.Id), out copies);
        }

        foreach (var copy in copies ?? [])
            copy.Acknowledge();
    }
}
