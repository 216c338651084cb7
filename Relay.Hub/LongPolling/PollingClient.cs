using Microsoft.AspNetCore.Http;
using Relay.Hub.Sessions;
using Relay.Hub.WebSockets;

namespace Relay.Hub.LongPolling;

/// <summary>When a client that polls last did, and whether it reads the answer. Any thread.</summary>
/// <param name="patience">How long SignalR waits for the next poll.</param>
internal sealed class PollingClient(TimeSpan patience)
{
    private readonly Lock _gate = new();
    private int _polls;

    // The machine's clock, wherever the relay's own comes from: this is for sockets, as SignalR's is.
    private long _seenAt = TimeProvider.System.GetTimestamp();
    private long? _answeringSince;

    /// <summary>Passes a poll on to SignalR, which answers when there is something to say.</summary>
    public async Task PollAsync(HttpContext poll, RequestDelegate signalR)
    {
        lock (_gate)
            (_polls, _answeringSince) = (_polls + 1, null);
        poll.Response.OnStarting(Answer, this);
        try
        {
            await signalR(poll).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                (_polls, _seenAt) = (_polls - 1, TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Why SignalR gives this client up at this moment; null if it is for something else than its patience.</summary>
    public Ending? Lateness()
    {
        lock (_gate)
        {
            if (_polls == 0)
                return TimeProvider.System.GetElapsedTime(_seenAt) >= patience - RelayConnectionHandler.Early ? Ending.NotPolling(patience) : null;
            return _answeringSince is { } since && TimeProvider.System.GetElapsedTime(since) >= WebSocketConnections.SendTimeout - RelayConnectionHandler.Early
                ? Ending.Unread(WebSocketConnections.SendTimeout)
                : null;
        }
    }

    private static Task Answer(object client)
    {
        var self = (PollingClient)client;
        lock (self._gate)
            self._answeringSince = TimeProvider.System.GetTimestamp();
        return Task.CompletedTask;
    }
}
