namespace Relay.Benchmarks.Leak;

/// <summary>Who comes, and how it leaves.</summary>
internal enum CycleKind
{
    /// <summary>A name that never was there before, and writes to one that never comes; closes properly.</summary>
    NewName,

    /// <summary>A name that comes again and again; closes properly.</summary>
    OldName,

    /// <summary>A new key, which it proves; closes properly.</summary>
    Key,

    /// <summary>A new key, by the real transport.</summary>
    Transport,

    /// <summary>A name that cuts its connection off.</summary>
    Abort,

    /// <summary>A name that registers again on a second connection, and has the first one closed.</summary>
    Takeover,
}
