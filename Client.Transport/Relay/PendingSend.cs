using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>A message handed to a link, until the relay has answered.</summary>
internal sealed class PendingSend(PeerId recipient, OutgoingMessage message)
    : TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public OutboundMessage Outbound { get; } = new() { To = recipient.Value, Id = message.Id.ToBytes(), Payload = message.Payload };

    public int Bytes => Outbound.Payload.Length;
}
