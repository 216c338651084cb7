using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>How many connections there are, of all and of each address, and how many of them have not registered. Any thread.</summary>
/// <remarks>What is counted is looked at before anything is spent on a connection: no buffer, no key, no hub.</remarks>
internal sealed class ConnectionLimits(IOptions<RelayOptions> options, TimeProvider time, ILogger<RelayHub> logger)
{
    // 14 MB at the most, measured: 134 bytes each of IPv6, 94 of IPv4.
    public const int RememberedAddresses = 100_000;

    /// <summary>Unregistered connections register, or are closed, within <see cref="RelayOptions.RegistrationTimeout"/>; places of registered ones come free less soon.</summary>
    private static readonly TimeSpan WhenFull = TimeSpan.FromSeconds(15);

    private readonly RelayOptions _options = options.Value;
    private readonly RateLimit<IPNetwork> _rate = new(
        options.Value.ConnectionsPerAddressPerMinute, RememberedAddresses, time,
        logger.WhenMemoryIsLimited(time, LimitWords.TooManyAddresses(RememberedAddresses / 2, options.Value)));
    private readonly Lock _gate = new();
    private readonly Dictionary<IPNetwork, Counts> _addresses = [];
    private Counts _all;

    /// <summary>Connections now, and how many of them have not registered.</summary>
    public (int Connections, int Unregistered) Open
    {
        get
        {
            lock (_gate)
                return (_all.Connections, _all.Unregistered);
        }
    }

    /// <summary>Takes a place for a connection.</summary>
    /// <returns>Null if it may come, and then the place.</returns>
    public Refusal? TryEnter(IPAddress? from, out ConnectionLease? lease)
    {
        lease = null;
        var address = AddressRange.Counted(from);
        lock (_gate)
        {
            var counts = address is null ? default : _addresses.GetValueOrDefault(address.Value);
            if (Full(counts, address is not null) is { } refusal)
                return refusal;
        }

        if (address is not null && !_rate.TryTake(address.Value, out var retryAfter))
        {
            return new Refusal(
                ErrorCode.RateLimited,
                $"More than {_options.ConnectionsPerAddressPerMinute} connections a minute come from this network address " +
                $"(Relay:ConnectionsPerAddressPerMinute). {AllFromOne} {Refusal.Documented}",
                retryAfter);
        }

        // Between the look and this line others may have entered: as many too many as there are threads, and no more.
        lease = Enter(address);
        return null;
    }

    /// <summary>Takes a place whether there is one or not: for connections whose beginning was admitted already.</summary>
    public ConnectionLease Enter(IPAddress? from) => Enter(AddressRange.Counted(from));

    internal void Registered(IPNetwork? address) => Change(address, 0, -1);

    internal void Leave(IPNetwork? address, bool wasRegistered) => Change(address, -1, wasRegistered ? 0 : -1);

    private const string AllFromOne = "If all clients seem to come from one address, name the proxy in front in Relay:TrustedProxies.";

    private ConnectionLease Enter(IPNetwork? address)
    {
        Change(address, 1, 1);
        return new ConnectionLease(this, address);
    }

    private Refusal? Full(in Counts counts, bool isCounted)
    {
        if (isCounted && counts.Connections >= _options.MaxConnectionsPerAddress)
        {
            return new Refusal(
                ErrorCode.TooManyConnections,
                $"From this network address {_options.MaxConnectionsPerAddress} connections are open, and no more are allowed " +
                $"(Relay:MaxConnectionsPerAddress). {AllFromOne} {Refusal.Documented}",
                WhenFull);
        }

        if (isCounted && counts.Unregistered >= _options.MaxUnregisteredConnectionsPerAddress)
        {
            return new Refusal(
                ErrorCode.TooManyConnections,
                $"From this network address {_options.MaxUnregisteredConnectionsPerAddress} connections are open that have not registered, and no more " +
                $"are allowed (Relay:MaxUnregisteredConnectionsPerAddress). {AllFromOne} {Refusal.Documented}",
                _options.RegistrationTimeout);
        }

        if (_all.Unregistered >= _options.MaxUnregisteredConnections)
        {
            return new Refusal(
                ErrorCode.ServerFull,
                $"{_options.MaxUnregisteredConnections} connections to this relay have not registered yet, and no more are allowed " +
                $"(Relay:MaxUnregisteredConnections). Try again later. {Refusal.Documented}",
                _options.RegistrationTimeout);
        }

        // Registered peers are at most MaxPeers; connections on their way out, of peers that were replaced above all, count too.
        var most = _options.MaxPeers + _options.MaxUnregisteredConnections;
        return _all.Connections < most
            ? null
            : new Refusal(
                ErrorCode.ServerFull,
                $"This relay has {most} connections, and no more are allowed (Relay:MaxPeers and Relay:MaxUnregisteredConnections together). " +
                $"Try again later. {Refusal.Documented}",
                WhenFull);
    }

    private void Change(IPNetwork? address, int connections, int unregistered)
    {
        lock (_gate)
        {
            _all = new Counts(_all.Connections + connections, _all.Unregistered + unregistered);
            if (address is null)
                return;

            var counts = _addresses.GetValueOrDefault(address.Value);
            counts = new Counts(counts.Connections + connections, counts.Unregistered + unregistered);
            if (counts.Connections == 0)
                _addresses.Remove(address.Value);
            else
                _addresses[address.Value] = counts;
        }
    }

    private readonly record struct Counts(int Connections, int Unregistered);
}
