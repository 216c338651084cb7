namespace Client.Transport.Relay;

/// <summary>Where a <see cref="RelayTransport"/> stands with its relay.</summary>
public enum RelayConnectionState
{
    /// <summary>Nothing asked for a connection yet.</summary>
    Idle = 0,

    /// <summary>An attempt is under way.</summary>
    Connecting = 1,

    /// <summary>Connected and registered.</summary>
    Connected = 2,

    /// <summary>Not connected; the next attempt comes by itself.</summary>
    Waiting = 3,

    /// <summary>Another connection registered this PeerId. Final: two devices must not fight over it.</summary>
    Replaced = 4,

    /// <summary>Disposed.</summary>
    Disposed = 5,
}

/// <summary>A change of state.</summary>
/// <param name="State">The new state.</param>
/// <param name="Reason">What ended the connection, or why the attempt failed; null if nothing did.</param>
/// <param name="NextAttemptIn">When the next attempt comes, while <see cref="RelayConnectionState.Waiting"/>.</param>
public sealed record RelayConnectionChange(RelayConnectionState State, TransportException? Reason = null, TimeSpan? NextAttemptIn = null);
