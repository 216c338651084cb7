using Relay.Contracts;

namespace Client.Transport;

/// <summary>A way to carry messages to and from peers. The chat above never needs to know which one it has.</summary>
/// <remarks>
/// What every transport promises:
/// messages to one peer over one <see cref="ITransportLink"/> arrive in the order they were handed over;
/// the application gets a (sender, id) once, however often it was sent;
/// what was accepted is delivered or reported through <see cref="LossReported"/>.
/// All members may be called from any thread, at the same time. Disposing ends every pending call and waits for the
/// transport's own loops.
/// </remarks>
public interface ITransport : IAsyncDisposable
{
    TransportKind Kind { get; }

    /// <summary>Whether a message to this peer could be handed over now, as far as this side can tell.</summary>
    bool IsConnected(PeerId peer);

    /// <summary>What <see cref="IsConnected"/> says may have changed. Raised from the transport's own loops: return soon.</summary>
    event Action? ConnectionChanged;

    /// <summary>Messages were lost after they had been accepted, on their way from or to this peer. Raised as <see cref="ConnectionChanged"/> is.</summary>
    event Action<LossReport>? LossReported;

    /// <summary>Gets the live link by which the peer can be reached, and connects first if there is none.</summary>
    /// <exception cref="TransportException">No connection could be made.</exception>
    ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default);

    /// <summary>Sends one message: connects if need be, and completes when the message was accepted.</summary>
    /// <remarks>
    /// After an exception the outcome can be unknown. Sending the same message, with the same id, again is always safe, and with <see cref="OutgoingMessage.IsRepeat"/>
    /// it does not come behind what was sent after it either.
    /// Cancelling stops the waiting; a message that was already on its way is not called back.
    /// </remarks>
    /// <exception cref="TransportException">The message was not accepted, or the connection broke before it was known.</exception>
    ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default);

    /// <summary>Waits for the next message.</summary>
    /// <remarks>
    /// A message counts as taken, and is acknowledged to where it came from, when the next one is asked for - so a program
    /// that is killed while it works on a message gets that message again. To take several at once, or to work on them
    /// in parallel, call <see cref="ReceivedMessage.Hold"/> on each and <see cref="ReceivedMessage.Acknowledge"/> when it is safe.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The transport was disposed. What was not acknowledged comes again, to the next one.</exception>
    /// <exception cref="TransportException">The transport will receive nothing more.</exception>
    ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default);
}
