using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>The connection in a few words.</summary>
internal static class StatusText
{
    public static Piece Of(ConnectionStatus status, DateTimeOffset now, Look look)
    {
        if (status.Relay is null)
            return new Piece("no relay configured", Tone.Warning);

        var relay = ShownText.OnOneRow(status.Relay.Authority, look.Unicode);
        var because = status.Reason is { } reason ? ": " + ShownText.OnOneRow(reason, look.Unicode).ReplaceLineEndings(" ") : "";
        return status.State switch
        {
            RelayConnectionState.Connected => new Piece($"connected to {relay}", Tone.Good),
            RelayConnectionState.Connecting => new Piece($"connecting to {relay}{because}", Tone.Warning),
            RelayConnectionState.Waiting => new Piece($"reconnecting{In(status.NextAttemptAt, now)}{because}", Tone.Warning),
            RelayConnectionState.Replaced => new Piece($"not connected{(because.Length > 0 ? because : ": another device uses this identity")}", Tone.Bad),
            RelayConnectionState.Idle => new Piece($"not connected yet{because}", Tone.Warning),
            _ => new Piece($"not connected{because}", Tone.Bad),
        };
    }

    private static string In(DateTimeOffset? next, DateTimeOffset now) => next is { } at && at > now
        ? $" in {(int)Math.Ceiling((at - now).TotalSeconds)} s"
        : "";
}
