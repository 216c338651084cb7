using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>Tells a person who waits for a command what it waits for: why there is no connection and when it tries again, once for each reason.</summary>
internal sealed class ConnectionNotice(StandardStreams streams)
{
    private string? _told;

    public void Follow(RelayConnectionState state, string? reason, TimeSpan? nextAttemptIn)
    {
        if (state == RelayConnectionState.Connected)
            _told = null;
        if (state != RelayConnectionState.Waiting || reason is null || reason == _told)
            return;

        _told = reason;
        streams.Say(reason + (nextAttemptIn is { } pause && pause > TimeSpan.Zero ? $" Next attempt in {PauseText.Of(pause)}." : ""));
    }
}
