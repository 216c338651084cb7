using Relay.Contracts;
using Relay.Hub.Admission;

namespace Relay.Hub.Sessions;

internal enum EndingKind
{
    Disconnected,
    Refused,
    Replaced,
    Draining,
}

/// <summary>Why a connection ends, and so the last thing its client is told.</summary>
internal sealed record Ending(EndingKind Kind, RelayError? Error = null)
{
    /// <summary>The connection broke, or the client left.</summary>
    public static Ending Disconnected { get; } = new(EndingKind.Disconnected);

    /// <summary>Another connection registered the PeerId.</summary>
    public static Ending Replaced { get; } = new(EndingKind.Replaced);

    /// <summary>The relay shuts down.</summary>
    public static Ending Draining { get; } = new(EndingKind.Draining);

    public static Ending Refused(ErrorCode code, string message) => Refused(new Refusal(code, message));

    public static Ending Refused(Refusal refusal) => new(EndingKind.Refused, refusal.ToError());
}
