using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>The connection in a few words, and why there is none in the relay's own.</summary>
internal static class StatusText
{
    public static Piece Of(ConnectionStatus status, DateTimeOffset now, Look look)
    {
        if (status.Relay is null)
            return new Piece("no relay configured", Tone.Warning);

        var relay = ShownText.OnOneRow(status.Relay.Authority, look.Unicode);
        return status.State switch
        {
            RelayConnectionState.Connected => new Piece($"connected to {relay}", Tone.Good),
            RelayConnectionState.Connecting => new Piece($"connecting to {relay}", Tone.Warning),
            RelayConnectionState.Waiting => new Piece($"reconnecting{In(status.NextAttemptAt, now)}", Tone.Warning),
            RelayConnectionState.Replaced => new Piece($"not connected{(status.Reason is null ? ": another device uses this identity" : "")}", Tone.Bad),
            RelayConnectionState.Idle => new Piece("not connected yet", Tone.Warning),
            _ => new Piece("not connected", Tone.Bad),
        };
    }

    /// <summary>Why there is no connection: a sentence that needs rows of its own. Null while there is one, or nothing is known.</summary>
    public static Piece? Why(ConnectionStatus status, Look look) => status is { State: not RelayConnectionState.Connected, Reason: { } reason }
        ? new Piece(ShownText.OnOneRow(reason.ReplaceLineEndings(" "), look.Unicode), Of(status, default, look).Tone)
        : null;

    /// <remarks>A relay can ask for a quarter of an hour. Whoever knows better, after an unban say, need not wait for it.</remarks>
    private static string In(DateTimeOffset? next, DateTimeOffset now) => next is { } at && at > now
        ? $" in {PauseText.Of(at - now)} (/reconnect: now)"
        : "";
}
