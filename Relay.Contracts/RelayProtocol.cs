namespace Relay.Contracts;

/// <summary>Figures both sides of the wire agree on without asking.</summary>
public static class RelayProtocol
{
    /// <summary>The version of <c>docs/protocol.md</c>. Raised only when an old client could misunderstand a new relay.</summary>
    public const int Version = 1;

    /// <summary>Where a relay listens if nothing else is said.</summary>
    public const string DefaultUrl = "http://localhost:9000";

    /// <summary>The path of the hub under the relay's address if nothing else is said.</summary>
    public const string DefaultPath = "/relay";
}
