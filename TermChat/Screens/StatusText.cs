using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>The connection in a few words.</summary>
internal static class StatusText
{
    public static Row Of(ConnectionStatus status, DateTimeOffset now, Look look)
    {
        if (status.Relay is null)
            return Row.Of("no relay configured", Tone.Warning);

        var relay = ShownText.OnOneRow(status.Relay.Authority, look.Unicode);
        var because = status.Reason is { } reason ? ": " + ShownText.OnOneRow(reason, look.Unicode).ReplaceLineEndings(" ") : "";
        return status.State switch
        {
            RelayConnectionState.Connected => Row.Of($"connected to {relay}", Tone.Good),
            RelayConnectionState.Connecting => Row.Of($"connecting to {relay}{because}", Tone.Warning),
            RelayConnectionState.Waiting => Row.Of($"reconnecting{In(status.NextAttemptAt, now)}{because}", Tone.Warning),
            RelayConnectionState.Replaced => Row.Of($"not connected{(because.Length > 0 ? because : ": another device uses this identity")}", Tone.Bad),
            _ => Row.Of($"not connected{because}", Tone.Bad),
        };
    }

    private static string In(DateTimeOffset? next, DateTimeOffset now) => next is { } at && at > now
        ? $" in {(int)Math.Ceiling((at - now).TotalSeconds)} s"
        : "";
}
