using Relay.Contracts;

namespace Client.Transport;

/// <summary>One live connection. Once broken it stays broken, and every later send over it fails.</summary>
/// <remarks>
/// This is what makes order safe without waiting for each message: of messages handed over one after the other, to one
/// peer over one link, those accepted before the link broke are the first ones, without a hole - other than single
/// messages refused for their own sake (<see cref="TransportError.Io"/>). A new connection is a new link, so a message can
/// never overtake one that failed on the old.
/// </remarks>
public interface ITransportLink
{
    /// <summary>Whether the link is still alive. Once false, it stays false.</summary>
    bool IsOpen { get; }

    /// <summary>Hands over one message. The order of the calls is the order of delivery.</summary>
    /// <returns>Completes when the message was accepted. Waits, in order, while the link's send window is full.</returns>
    /// <exception cref="TransportException">
    /// <see cref="TransportError.Io"/>: this message was refused. Anything else: the link is broken, the outcome is unknown.
    /// </exception>
    Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default);
}
