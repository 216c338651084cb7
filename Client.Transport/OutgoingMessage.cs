using Relay.Contracts;

namespace Client.Transport;

/// <summary>A message to send.</summary>
/// <param name="Id">Given once, before the first attempt. Sending again after a failure keeps it.</param>
/// <param name="Payload">Encrypted bytes. Not copied: do not change them until the send has completed.</param>
public sealed record OutgoingMessage(MessageId Id, ReadOnlyMemory<byte> Payload)
{
    /// <summary>A message with a new id.</summary>
    public OutgoingMessage(ReadOnlyMemory<byte> payload)
        : this(MessageId.New(), payload)
    {
    }

    public override string ToString() => $"{Id} ({Payload.Length} bytes)";
}
