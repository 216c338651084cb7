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
/// Kestrel has limits for all sockets together and for the time a request may take to come; this adds the limit for each
/// address. Sockets that became WebSockets are not counted here: the hub counts those, with the addresses proxies forward.
/// </remarks>
internal sealed class SocketLimits(int maxPerAddress, IReadOnlyList<IPNetwork> proxies)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPNetwork, int> _open = [];

    public static void Configure(KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<RelayOptions>>().Value;

        // As patient as with a connection that does not register; Kestrel's own 30 s would be six times as many slow sockets.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(Math.Max(1, options.RegistrationTimeout.TotalSeconds));

        // A socket that says nothing at all is one that is kept alive, to Kestrel; after the 130 s it would have otherwise.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);

        // Long polling has up to two sockets a peer; WebSockets do not count.
        kestrel.Limits.MaxConcurrentConnections ??= (2L * options.MaxPeers) + options.MaxUnregisteredConnections;

        var proxies = options.TrustedProxies.Select(text => AddressRange.TryParse(text, out var range) ? range : default).ToArray();
        var limits = new SocketLimits(options.MaxConnectionsPerAddress, proxies);
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => limits.AcceptAsync(connection, next)));
    }

    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (AddressRange.Counted(from) is not { } address || IsProxy(from!))
        {
            await next(connection);
            return;
        }

        // Nobody to tell: there is no request yet, and with TLS not even a channel.
        if (!TryEnter(address))
        {
            connection.Abort(new ConnectionAbortedException("Too many sockets from one address (Relay:MaxConnectionsPerAddress)."));
            return;
        }

        using var place = new Place(this, address, connection.Features.Get<IDecrementConcurrentConnectionCountFeature>());
        connection.Features.Set<IDecrementConcurrentConnectionCountFeature>(place);
        await next(connection);
    }

    private bool IsProxy(IPAddress address) => proxies.Any(range => range.Contains(AddressRange.Plain(address)));

    private bool TryEnter(IPNetwork address)
    {
        lock (_gate)
        {
            var open = _open.GetValueOrDefault(address);
            if (open >= maxPerAddress)
                return false;

            _open[address] = open + 1;
            return true;
        }
    }

    private void Leave(IPNetwork address)
    {
        lock (_gate)
        {
            if (--_open[address] == 0)
                _open.Remove(address);
        }
    }

    /// <summary>A socket's place, until it ends or Kestrel says that it has become a WebSocket.</summary>
    private sealed class Place(SocketLimits limits, IPNetwork address, IDecrementConcurrentConnectionCountFeature? kestrel)
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
