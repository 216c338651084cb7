namespace Relay.Contracts.Formatting;

/// <summary>A <see cref="Delivery"/> on the wire.</summary>
public sealed class DeliveryFormatter : MessagesFormatter<Delivery, DeliveredMessage>
{
    private protected override (long First, IReadOnlyList<DeliveredMessage>? Messages) Split(Delivery call) => (call.First, call.Messages);

    private protected override Delivery Join(long first, DeliveredMessage[]? messages) => new() { First = first, Messages = messages };

    private protected override MessageFields FieldsOf(in DeliveredMessage message) => new(message.From, message.Id, message.Payload, message.Repeat);

    private protected override DeliveredMessage MessageOf(in MessageFields fields) =>
        new() { From = fields.Peer, Id = fields.Id, Payload = fields.Payload, Repeat = fields.Repeat };
}
