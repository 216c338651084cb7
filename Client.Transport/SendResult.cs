namespace Client.Transport;

/// <summary>What became of a message that was handed over.</summary>
public enum SendStatus
{
    /// <summary>Accepted for a recipient that is connected.</summary>
    Accepted = 0,

    /// <summary>Accepted; the recipient is away, and the relay keeps the message for it.</summary>
    Queued = 1,

    /// <summary>No path works at the moment. The message waits in this process and goes out by itself.</summary>
    Pending = 2,
}

/// <summary>How a send ended.</summary>
/// <param name="Status">Where the message is now.</param>
/// <param name="Path">Which way it went; <see cref="TransportKind.None"/> while it is pending.</param>
/// <param name="Reason">Why it is pending; null otherwise.</param>
public readonly record struct SendResult(SendStatus Status, TransportKind Path, TransportException? Reason = null)
{
    /// <summary>How a pending message ends; null where it is not pending.</summary>
    /// <remarks>
    /// Completes when a path has accepted the message, which can take as long as no path works. Fails with a
    /// <see cref="TransportException"/> when the message was refused or given up, which <see cref="ITransport.LossReported"/>
    /// reports as well. Nobody has to look at it: a failure that is not observed is no unobserved exception.
    /// </remarks>
    public Task<SendResult>? Settled { get; init; }
}
