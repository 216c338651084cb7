using Relay.Contracts;

namespace Client.Transport.Hybrid;

/// <summary>The lane to a peer, seen as a link. It lasts as long as the transport, because the lane outlives every connection.</summary>
internal sealed class HybridLink(HybridTransport transport) : ITransportLink
{
    public bool IsOpen => !transport.IsDisposed;

    public async Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        try
        {
            return await transport.SendAsync(recipient, message, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException disposed)
        {
            throw new TransportException(TransportError.ConnectionClosed, "The transport was disposed.", disposed);
        }
    }
}
