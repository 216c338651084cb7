namespace Relay.Contracts;

/// <summary>What the relay tells a client. All calls of one connection come in order, one after the other.</summary>
public interface IRelayClient
{
    /// <summary>The first thing a connection is told. Whoever registers a PeerId that is a key answers it with a <see cref="RegistrationProof"/>.</summary>
    Task Challenge(Challenge challenge);

    /// <summary>The PeerId is this connection's. Always the first call after a successful <see cref="IRelayHub.Register"/>.</summary>
    Task Registered(Registered registered);

    /// <summary>The relay has taken these messages for recipients that are connected. It will deliver them or report them lost.</summary>
    Task Accepted(Accepted accepted);

    /// <summary>As <see cref="Accepted"/>, but the recipient is not connected: the messages wait in its mailbox.</summary>
    Task Queued(Queued queued);

    /// <summary>Something was refused; see <see cref="RelayError.Number"/> for whether it was one message.</summary>
    Task Error(RelayError error);

    /// <summary>Messages for this peer, in order. They stay in the mailbox until acknowledged.</summary>
    Task Deliver(Delivery delivery);

    /// <summary>Messages this peer sent, and the relay had accepted, were lost. Repeated until acknowledged.</summary>
    Task Dropped(Dropped dropped);

    /// <summary>Messages for this peer were lost before they could be delivered. Repeated until acknowledged.</summary>
    Task Missed(Missed missed);

    /// <summary>Another connection registered this PeerId. The relay closes this one; a client must not reconnect by itself.</summary>
    Task Replaced(Replaced replaced);

    /// <summary>The relay is shutting down and closes this connection soon. Reconnect: another relay may answer.</summary>
    Task Draining(Draining draining);
}
