namespace Client.Transport;

/// <summary>Which way messages go.</summary>
public enum TransportKind
{
    /// <summary>No way: the message waits in this process.</summary>
    None = 0,

    /// <summary>Straight from peer to peer.</summary>
    P2P = 1,

    /// <summary>Through a relay.</summary>
    Relay = 2,

    /// <summary>Within this process, for tests and demos.</summary>
    Loopback = 3,

    /// <summary>Whichever of two ways works at the time.</summary>
    Hybrid = 4,
}
