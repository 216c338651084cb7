using Client.Transport;
using Client.Transport.Relay;

namespace TermChat.Conversations;

/// <summary>Where the chat stands with its relay.</summary>
/// <param name="State">Whether it is connected, connecting, waiting to try again, or ended for good.</param>
/// <param name="Relay">The relay's address; null when none is configured.</param>
/// <param name="Reason">Why it is not connected, for people: what the last attempt, or the last connection, came to. Null while it is connected, and before the first attempt has ended.</param>
/// <param name="NextAttemptAt">When it tries again, while it waits.</param>
internal sealed record ConnectionStatus(
    RelayConnectionState State, Uri? Relay, string? Reason = null, DateTimeOffset? NextAttemptAt = null);

/// <summary>The answer to a ping.</summary>
/// <param name="RoundTrip">From the question to the answer, encryption and decryption on both sides included.</param>
/// <param name="Path">Which way the answer came.</param>
internal sealed record PingReply(TimeSpan RoundTrip, TransportKind Path);
