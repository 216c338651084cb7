using Relay.Contracts;

namespace Client.Transport;

/// <summary>How a transport failed, by what the caller can do about it.</summary>
public enum TransportError
{
    /// <summary>The other side refused, or the set-up is wrong: TLS, a message too large, a registration turned down. Retrying alone does not help.</summary>
    Io = 0,

    /// <summary>Nobody answers at the address: refused, no such host, no route. Try later.</summary>
    Unreachable = 1,

    /// <summary>No answer within the configured time. Try later.</summary>
    Timeout = 2,

    /// <summary>The connection broke. What was under way may or may not have arrived; send it again with the same id, as a repeat (<see cref="OutgoingMessage.IsRepeat"/>).</summary>
    ConnectionClosed = 3,
}

/// <summary>A transport could not do what it was asked. The message says what failed and what to do; it holds no payload and no PeerId.</summary>
public sealed class TransportException(TransportError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public TransportError Error { get; } = error;

    /// <summary>The relay's own code when a relay refused, else <see cref="ErrorCode.None"/>.</summary>
    public ErrorCode Code { get; init; }

    /// <summary>How long the relay asked to wait before the same is tried again; zero where it did not say.</summary>
    public TimeSpan RetryAfter { get; init; }
}
