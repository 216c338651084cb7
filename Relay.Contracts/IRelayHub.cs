namespace Relay.Contracts;

/// <summary>What a client may ask of the relay.</summary>
/// <remarks>
/// No method returns a value. The relay answers through <see cref="IRelayClient"/>, in one ordered stream: a SignalR
/// completion and a callback have no order between them, so nothing a client must know ever comes as a completion.
/// </remarks>
public interface IRelayHub
{
    /// <summary>Claims a PeerId for this connection. Must be the first call, within the relay's registration timeout.</summary>
    /// <remarks>
    /// A PeerId that is a key is proven by answering <see cref="IRelayClient.Challenge"/>. An earlier connection of the same
    /// PeerId is told <see cref="IRelayClient.Replaced"/> and closed. A refusal is an <see cref="IRelayClient.Error"/>, after
    /// which the relay closes the connection.
    /// </remarks>
    Task Register(RegisterRequest request);

    /// <summary>Hands over messages, each for its own recipient, in the order they are to be delivered.</summary>
    /// <remarks>
    /// Every message gets exactly one answer: <see cref="IRelayClient.Accepted"/>, <see cref="IRelayClient.Queued"/> or
    /// <see cref="IRelayClient.Error"/>. One without an answer when the connection ended may be sent again with the same
    /// id: the relay does not hold a message twice, and the recipient drops a repeated (sender, id).
    /// </remarks>
    Task Relay(RelayRequest request);

    /// <summary>Says up to where deliveries and reports have been taken. May be repeated and may skip ahead.</summary>
    Task Acknowledge(Acknowledgement acknowledgement);
}
