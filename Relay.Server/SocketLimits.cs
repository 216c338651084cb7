using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Relay.Hub;
using Relay.Hub.Admission;
using Relay.Hub.Observability;

namespace Relay.Server;

/// <summary>Bounds what sockets cost before they are a request: slow or silent ones, of all and of each address, in front of TLS.</summary>
/// <remarks>
/// Kestrel limits the time a request may take to come. It could limit all sockets together as well, but would not say by which setting of ours.
/// Sockets that became WebSockets are not counted here: the hub counts those, with the addresses proxies forward.
/// </remarks>
internal sealed partial class SocketLimits(
    int maxPerAddress, int maxPerAddressPerMinute, long maxTogether, IReadOnlyList<IPNetwork> proxies, TimeProvider time, ILogger<SocketLimits> logger)
{
    /// <summary>Bytes taken of a socket that nobody has read yet, such as requests behind a poll that waits. Kestrel's own would be 1 MB for each.</summary>
    public const int Unread = 128 * 1024;

    // As many as the hub's limits remember.
    private const int RememberedAddresses = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPNetwork, int> _open = [];
    private readonly Tally _refused = new(time);

    private readonly RateLimit<IPNetwork> _rate = new(maxPerAddressPerMinute, RememberedAddresses, time, WhenForgotten(maxPerAddressPerMinute, time, logger));
    private long _all;

    /// <summary>How long a TLS handshake, or the head of a request, may take to come.</summary>
    /// <remarks>As patient as with a connection that does not register; Kestrel's own 30 s would be six times as many slow sockets. It sees to its timeouts once a second.</remarks>
    public static TimeSpan Patience(RelayOptions options) => TimeSpan.FromSeconds(Math.Max(1, options.RegistrationTimeout.TotalSeconds));

    /// <summary>Bounds what the kernel keeps for a socket whose other side does not read: it would be 4 MB (Linux), charged to the relay.</summary>
    /// <remarks>What is accepted here inherits it. Linux takes twice as much, for its bookkeeping; on a line of 100 ms a socket then carries 2.5 MB a second at least.</remarks>
    public static Socket Listen(EndPoint endpoint)
    {
        var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        listener.SendBufferSize = 256 * 1024;
        return listener;
    }

    public static void Configure(KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<RelayOptions>>().Value;

        kestrel.Limits.RequestHeadersTimeout = Patience(options);

        // An answer that is not read holds its socket, and a request that stops half-way what has come of it. Kestrel reckons by all that was written, or has come,
        // so far: with its own 240 bytes a second the first is hours for what fits into the kernel, and the second minutes. Now it is about 40 s, and 60 s, of who
        // is slow from the beginning; RequestTime is for the others.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(16_384, TimeSpan.FromSeconds(5));
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(2048, TimeSpan.FromSeconds(5));

        // A socket that says nothing at all is one that is kept alive, to Kestrel; after the 130 s it would have otherwise.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);

        var proxies = options.TrustedProxies.Select(text => AddressRange.TryParse(text, out var range) ? range : default).ToArray();
        var limits = new SocketLimits(
            options.MaxConnectionsPerAddress,
            2 * options.ConnectionsPerAddressPerMinute,
            // Long polling has up to two sockets a peer; WebSockets do not count.
            (2L * options.MaxPeers) + options.MaxUnregisteredConnections,
            proxies,
            kestrel.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System,
            kestrel.ApplicationServices.GetRequiredService<ILogger<SocketLimits>>());
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            // A socket is then one request at a time, for every limit there is. No client of ours speaks HTTP/2.
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint
                .Use(next => connection => limits.AcceptAsync(connection, next))
                .Use(next => connection => Turns.AcceptAsync(connection, next));
        });
    }

    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var address = from is null || IsProxy(from) ? null : AddressRange.Counted(from);

        // Nobody to tell but the operator: there is no request yet, and with TLS not even a channel, whose beginning is the dearest a stranger can ask for.
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
        if (address is { } one && !_rate.TryTake(one, out _))
        {
            if (_refused.Count(nameof(TooOftenOfOneAddress)) is > 0 and var tooMany)
                TooOftenOfOneAddress(logger, maxPerAddressPerMinute, tooMany);
            return false;
        }

        bool isFullTogether;
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
        }

        // Which setting it was, and not who: addresses stay out of the log.
        if (isFullTogether && _refused.Count(nameof(FullTogether)) is > 0 and var ofAll)
            FullTogether(logger, maxTogether, ofAll);
        else if (!isFullTogether && _refused.Count(nameof(FullOfOneAddress)) is > 0 and var ofOne)
            FullOfOneAddress(logger, maxPerAddress, ofOne);
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

    private static Action WhenForgotten(int maxPerAddressPerMinute, TimeProvider time, ILogger logger)
    {
        var tally = new Tally(time);
        return () =>
        {
            if (tally.Count(nameof(Forgotten)) is > 0 and var count)
                Forgotten(logger, RememberedAddresses / 2, maxPerAddressPerMinute, count);
        };
    }

    [LoggerMessage(4030, LogLevel.Warning,
        "Sockets were closed because {Max} from the same address are open that are no WebSockets (Relay:MaxConnectionsPerAddress): {Count}, counted since the last such line " +
        "and logged at most once a minute. docs/operating.md describes this setting")]
    private static partial void FullOfOneAddress(ILogger logger, int max, int count);

    [LoggerMessage(4031, LogLevel.Warning,
        "Sockets were closed because {Max} are open that are no WebSockets (twice Relay:MaxPeers and Relay:MaxUnregisteredConnections): {Count}, counted since the last such line " +
        "and logged at most once a minute. docs/operating.md describes these settings")]
    private static partial void FullTogether(ILogger logger, long max, int count);

    [LoggerMessage(4033, LogLevel.Warning,
        "Sockets were closed because more than {Max} a minute came from the same address (twice Relay:ConnectionsPerAddressPerMinute): {Count}, counted since the last such line " +
        "and logged at most once a minute. docs/operating.md describes this setting")]
    private static partial void TooOftenOfOneAddress(ILogger logger, int max, int count);

    [LoggerMessage(4034, LogLevel.Information,
        "More than {Remembered} network addresses had sockets within a minute, and no more are remembered, which is no setting: those unused longest have all of their {Max} a minute again " +
        "(twice Relay:ConnectionsPerAddressPerMinute): {Count}, counted since the last such line and logged at most once a minute. docs/operating.md says more")]
    private static partial void Forgotten(ILogger logger, int remembered, int max, int count);

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
