namespace Relay.Contracts.Formatting;

/// <summary>A <see cref="RelayRequest"/> on the wire.</summary>
public sealed class RelayRequestFormatter : MessagesFormatter<RelayRequest, OutboundMessage>
{
    private protected override (long First, IReadOnlyList<OutboundMessage>? Messages) Split(RelayRequest call) => (call.First, call.Messages);

    private protected override RelayRequest Join(long first, OutboundMessage[]? messages) => new() { First = first, Messages = messages };

    private protected override MessageFields FieldsOf(in OutboundMessage message) => new(message.To, message.Id, message.Payload, message.Repeat);

    private protected override OutboundMessage MessageOf(in MessageFields fields) =>
        new() { To = fields.Peer, Id = fields.Id, Payload = fields.Payload, Repeat = fields.Repeat };
}
