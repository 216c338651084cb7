using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Relay.Hub;
using Relay.Hub.Admission;

namespace Relay.Server;

/// <summary>Bounds what sockets cost before they are a request: slow or silent ones, of all and of each address, in front of TLS.</summary>
/// <remarks>
/// Kestrel limits the time a request may take to come. It could limit all sockets together as well, but would not say by which setting of ours.
/// Sockets that became WebSockets are not counted here: the hub counts those, with the addresses proxies forward.
/// </remarks>
internal sealed partial class SocketLimits(
    int maxPerAddress, long maxTogether, IReadOnlyList<IPNetwork> proxies, TimeProvider time, ILogger<SocketLimits> logger)
{
    /// <summary>Bytes taken of a socket that nobody has read yet, such as requests behind a poll that waits. Kestrel's own would be 1 MB for each.</summary>
    public const int Unread = 128 * 1024;

    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPNetwork, int> _open = [];
    private readonly Tally _ofOneAddress = new(time);
    private readonly Tally _together = new(time);
    private long _all;

    public static void Configure(KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<RelayOptions>>().Value;

        // As patient as with a connection that does not register; Kestrel's own 30 s would be six times as many slow sockets.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(Math.Max(1, options.RegistrationTimeout.TotalSeconds));

        // A socket that says nothing at all is one that is kept alive, to Kestrel; after the 130 s it would have otherwise.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);

        var proxies = options.TrustedProxies.Select(text => AddressRange.TryParse(text, out var range) ? range : default).ToArray();
        var limits = new SocketLimits(
            options.MaxConnectionsPerAddress,
            // Long polling has up to two sockets a peer; WebSockets do not count.
            (2L * options.MaxPeers) + options.MaxUnregisteredConnections,
            proxies,
            kestrel.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System,
            kestrel.ApplicationServices.GetRequiredService<ILogger<SocketLimits>>());
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint
            .Use(next => connection => limits.AcceptAsync(connection, next))
            .Use(next => connection => Turns.AcceptAsync(connection, next)));
    }

    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var address = from is null || IsProxy(from) ? null : AddressRange.Counted(from);

        // Nobody to tell but the operator: there is no request yet, and with TLS not even a channel.
        if (!TryEnter(address))
        {
            connection.Abort(new ConnectionAbortedException("Too many sockets are open."));
            return;
        }

        using var place = new Place(this, address, connection.Features.Get<IDecrementConcurrentConnectionCountFeature>());
        connection.Features.Set<IDecrementConcurrentConnectionCountFeature>(place);
        await next(connection);
    }

    private bool IsProxy(IPAddress address) => proxies.Any(range => range.Contains(AddressRange.Plain(address)));

    /// <param name="address">Null for one that has no limit of its own.</param>
    private bool TryEnter(IPNetwork? address)
    {
        bool isFullTogether;
        int toLog;
        lock (_gate)
        {
            var open = address is { } its ? _open.GetValueOrDefault(its) : 0;
            if (_all < maxTogether && open < maxPerAddress)
            {
                _all++;
                if (address is { } counted)
                    _open[counted] = open + 1;
                return true;
            }

            isFullTogether = _all >= maxTogether;
            toLog = (isFullTogether ? _together : _ofOneAddress).Count();
        }

        // Which setting it was, and not who: addresses stay out of the log.
        if (toLog > 0 && isFullTogether)
            FullTogether(logger, maxTogether, toLog);
        else if (toLog > 0)
            FullOfOneAddress(logger, maxPerAddress, toLog);
        return false;
    }

    private void Leave(IPNetwork? address)
    {
        lock (_gate)
        {
            _all--;
            if (address is { } its && --_open[its] == 0)
                _open.Remove(its);
        }
    }

    [LoggerMessage(4030, LogLevel.Warning,
        "Sockets were closed because {Max} from the same address are open that are no WebSockets (Relay:MaxConnectionsPerAddress): {Count}, counted since the last such line " +
        "and logged at most once a minute. docs/operating.md describes this setting")]
    private static partial void FullOfOneAddress(ILogger logger, int max, int count);

    [LoggerMessage(4031, LogLevel.Warning,
        "Sockets were closed because {Max} are open that are no WebSockets (twice Relay:MaxPeers and Relay:MaxUnregisteredConnections): {Count}, counted since the last such line " +
        "and logged at most once a minute. docs/operating.md describes these settings")]
    private static partial void FullTogether(ILogger logger, long max, int count);

    /// <summary>Counts, and says when to log it: the first at once, then once a minute. A flood must not flood the log as well. Under the lock.</summary>
    private sealed class Tally(TimeProvider time)
    {
        private int _count;
        private long? _loggedAt;

        /// <returns>How many to log now; 0 for none.</returns>
        public int Count()
        {
            _count++;
            if (_loggedAt is { } before && time.GetElapsedTime(before) < BetweenLines)
                return 0;

            _loggedAt = time.GetTimestamp();
            (var count, _count) = (_count, 0);
            return count;
        }
    }

    /// <summary>A socket's place, until it ends or Kestrel says that it has become a WebSocket.</summary>
    private sealed class Place(SocketLimits limits, IPNetwork? address, IDecrementConcurrentConnectionCountFeature? kestrel)
        : IDecrementConcurrentConnectionCountFeature, IDisposable
    {
        private int _left;

        public void ReleaseConnection()
        {
            kestrel?.ReleaseConnection();
            Dispose();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                limits.Leave(address);
        }
    }
}
