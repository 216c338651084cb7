using Relay.Contracts;

namespace Client.Transport;

/// <summary>A message to send.</summary>
/// <param name="Id">Given once, before the first attempt. Sending again after a failure keeps it. Those of one sender go up in the order of sending, as <see cref="MessageId.New"/> makes them.</param>
/// <param name="Payload">Encrypted bytes. Not copied: do not change them until the send has completed.</param>
public sealed record OutgoingMessage(MessageId Id, ReadOnlyMemory<byte> Payload)
{
    /// <summary>A message with a new id.</summary>
    public OutgoingMessage(ReadOnlyMemory<byte> payload)
        : this(MessageId.New(), payload)
    {
    }

    /// <summary>
    /// Whether it was sent before, and nobody knows what became of it: the connection broke without an answer. If the earlier attempt was lost, and what was sent
    /// behind it was not, the recipient does not take this one: it is reported lost, as <see cref="LossReason.Late"/>, instead of coming out of order.
    /// </summary>
    /// <remarks>
    /// Not of a message that is known to be lost and is sent once more: that one is to come behind the others. Nor of one whose id is below that of one sent before it: it would count as late
    /// where nothing was lost. <c>HybridTransport</c> sets it by itself for what it sends again; an application does for what an earlier transport of its had.
    /// </remarks>
    public bool IsRepeat { get; init; }

    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}
