namespace Relay.Benchmarks.Chaos.Plans;

/// <summary>What can happen in a run.</summary>
internal enum Happening
{
    /// <summary>A peer sends some messages to another.</summary>
    Burst,

    /// <summary>A peer's connection breaks, and for a while no new one can be made.</summary>
    Cut,

    /// <summary>A peer's connection breaks, and a new one can be made at once.</summary>
    Reset,

    /// <summary>Nothing gets through either way, and nobody is told.</summary>
    Stall,

    /// <summary>Nothing gets through to the relay any more, while the other way is fine.</summary>
    HalfOpenToRelay,

    /// <summary>Nothing gets through to the peer any more, while the other way is fine.</summary>
    HalfOpenToPeer,

    /// <summary>A link of 64 KiB a second.</summary>
    Throttle,

    /// <summary>A peer is gone for so long that its mailbox overflows, or what is in it expires; others write to it all the more.</summary>
    Away,

    /// <summary>A peer's application takes ten messages a second.</summary>
    SlowReader,

    /// <summary>A peer's application takes nothing for a while.</summary>
    Pause,

    /// <summary>A peer's application takes nothing for a while, and then a second transport registers the PeerId and goes on for the first.</summary>
    Takeover,

    /// <summary>SIGTERM to the server, and a new process at the same address.</summary>
    Drain,

    /// <summary>SIGKILL to the server, and a new process at the same address.</summary>
    Kill,

    /// <summary>A stranger sends bytes that are no HTTP.</summary>
    Garbage,

    /// <summary>A stranger sends frames that are no messages.</summary>
    GarbageFrames,

    /// <summary>A stranger sends a frame that is too large.</summary>
    Oversized,

    /// <summary>A stranger calls methods there are not, and others before it has registered.</summary>
    UnknownMethods,

    /// <summary>A stranger connects and does not register.</summary>
    NeverRegisters,

    /// <summary>A stranger has the relay send it more than it ever reads.</summary>
    NeverReads,

    /// <summary>A stranger writes to peers that do not exist.</summary>
    Flood,

    /// <summary>Strangers register in quick succession, some as the same peer.</summary>
    RegistrationStorm,

    /// <summary>A stranger tries to register as one of the peers, with a proof by another key.</summary>
    Impostor,
}
