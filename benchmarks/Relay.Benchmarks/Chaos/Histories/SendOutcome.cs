namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>What the application that sent a message knows of it.</summary>
internal enum SendOutcome
{
    /// <summary>Nothing yet. At the end of a run nobody may be left without an answer.</summary>
    Unknown,

    /// <summary>Somebody answers for it from now on.</summary>
    Accepted,

    /// <summary>The server refused it.</summary>
    Refused,

    /// <summary>The client gave it up, and said so.</summary>
    GivenUp,
}
