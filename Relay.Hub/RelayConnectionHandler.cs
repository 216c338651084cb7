using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Hub.LongPolling;
using Relay.Hub.Protocol;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>Runs the hub on each of its connections, over whatever transport: with the relay's own way to read them, and a word about those that never got as far as the hub.</summary>
internal sealed class RelayConnectionHandler(
    SessionRegistry sessions, IEnumerable<IHubProtocol> protocols, IOptions<RelayOptions> relay,
    HubLifetimeManager<RelayHub> lifetimes, IOptions<HubOptions> allHubs, IOptions<HubOptions<RelayHub>> thisHub,
    ILoggerFactory loggers, IUserIdProvider users, IServiceScopeFactory scopes, PollingClients polling)
    : HubConnectionHandler<RelayHub>(lifetimes, new AnsweringProtocolResolver(protocols, relay.Value), allHubs, thisHub, loggers, users, scopes)
{
    /// <summary>SignalR's timers go by a clock of some milliseconds, and so may be early by this machine's finer one.</summary>
    internal static readonly TimeSpan Early = TimeSpan.FromMilliseconds(20);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var start = TimeProvider.System.GetTimestamp();
        await polling.WatchAsync(connection, base.OnConnectedAsync).ConfigureAwait(false);
        if (connection.Features.Get<Session>() is not null)
            return;

        // SignalR's handshake failed, of which no hub and no filter hears, nor by what.
        if (TimeProvider.System.GetElapsedTime(start) >= relay.Value.RegistrationTimeout - Early)
            sessions.Note(Ending.NotRegistered(relay.Value));
        else if (await UnreadAsync(connection.Transport.Input).ConfigureAwait(false) > relay.Value.MaxFrameBytes)
            sessions.Note(Ending.FrameTooLarge(relay.Value));
    }

    /// <summary>How much lies there that SignalR has looked at and not taken.</summary>
    private static async Task<long> UnreadAsync(PipeReader input)
    {
        try
        {
            input.CancelPendingRead();
            var buffer = (await input.ReadAsync().ConfigureAwait(false)).Buffer;
            var length = buffer.Length;
            input.AdvanceTo(buffer.Start);
            return length;
        }
        catch (Exception)
        {
            // The connection broke, which reading it says once more.
            return 0;
        }
    }
}
