using Relay.Contracts;

namespace Client.Transport.Loopback;

/// <summary>One connection between two loopback peers, for messages one way.</summary>
internal sealed class LoopbackLink(LoopbackNetwork network, LoopbackTransport from, LoopbackTransport to) : ITransportLink
{
    private volatile bool _broken;

    public bool IsOpen => !_broken;

    public LoopbackTransport From { get; } = from;

    public LoopbackTransport To { get; } = to;

    public Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<SendResult>(cancellationToken);
        if (recipient != To.Peer)
            return Task.FromException<SendResult>(new TransportException(TransportError.Io, "This loopback link leads to another peer."));

        WaitingSend? waiting;
        lock (network.Gate)
        {
            if (_broken)
                return Task.FromException<SendResult>(Broken());

            waiting = To.Inbox.Offer(this, message);
        }

        return waiting is null ? Task.FromResult(Accepted) : WaitAsync(waiting, cancellationToken);
    }

    /// <summary>Ends the link and every send that still waits for room. Under the network's gate.</summary>
    public void Break()
    {
        _broken = true;
        To.Inbox.Refuse(this, Broken());
    }

    private SendResult Accepted => new(SendStatus.Accepted, network.Options.Kind);

    private async Task<SendResult> WaitAsync(WaitingSend waiting, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(_ => Withdraw(waiting, cancellationToken), null))
        {
            await waiting.Admitted.Task.ConfigureAwait(false);
            return Accepted;
        }
    }

    private void Withdraw(WaitingSend waiting, CancellationToken cancellationToken)
    {
        lock (network.Gate)
        {
            To.Inbox.Withdraw(waiting);
        }

        // Loses against an admission that came first: then the message is in the inbox and the caller learns so.
        waiting.Admitted.TrySetCanceled(cancellationToken);
    }

    private static TransportException Broken() =>
        new(TransportError.ConnectionClosed, "The loopback connection was cut.");
}
