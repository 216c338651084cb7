using Client.Transport;
using Relay.Contracts;

namespace EndToEnd.Tests.Histories;

/// <summary>A message an application handed over, and what it was told.</summary>
internal sealed class SentMessage(PeerId recipient, OutgoingMessage message)
{
    public PeerId Recipient => recipient;

    public OutgoingMessage Message => message;

    /// <summary>The sender was told that it did not go, or may not have gone.</summary>
    public Exception? Failed { get; set; }
}
