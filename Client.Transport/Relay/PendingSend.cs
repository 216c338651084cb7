using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>A message handed to a link, until the relay has answered.</summary>
internal sealed class PendingSend : TaskCompletionSource<SendResult>
{
    private readonly CancellationTokenRegistration _cancellation;

    public PendingSend(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Outbound = new OutboundMessage { To = recipient.Value, Id = message.Id, Payload = message.Payload, Repeat = message.IsRepeat };

        // Cancelled while it still waits for its turn, it is taken out; later, it only stops somebody's waiting.
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (send, token) => ((PendingSend)send!).TrySetCanceled(token), this);
    }

    public OutboundMessage Outbound { get; }

    public int Bytes => Outbound.Payload.Length;

    public void Succeed(SendResult result)
    {
        _cancellation.Dispose();
        TrySetResult(result);
    }

    public void Fail(TransportException reason)
    {
        _cancellation.Dispose();
        TrySetException(reason);
    }
}
