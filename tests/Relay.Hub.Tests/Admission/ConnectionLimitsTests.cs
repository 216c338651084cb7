using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Admission;

namespace Relay.Hub.Tests.Admission;

/// <summary>How many connections there may be, and that every place that is taken is given back.</summary>
public sealed class ConnectionLimitsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("198.51.100.8");

    private readonly FakeTimeProvider _time = new();
    private readonly RelayOptions _options = new()
    {
        MaxPeers = 3,
        MaxUnregisteredConnections = 4,
        MaxUnregisteredConnectionsPerAddress = 2,
        MaxConnectionsPerAddress = 3,
        ConnectionsPerAddressPerMinute = 60,
    };

    [Fact]
    public void Of_one_address_so_many_may_be_unregistered_and_others_still_come()
    {
        var limits = Limits();
        Enter(limits, Here);
        var second = Enter(limits, Here);

        var refusal = Refused(limits, Here, ErrorCode.TooManyConnections, "2 connections are open that have not registered");

        Assert.Equal(_options.RegistrationTimeout, refusal.RetryAfter);
        Enter(limits, Elsewhere);
        second.Register();
        Enter(limits, Here);
    }

    [Fact]
    public void Of_one_address_so_many_may_be_open_at_all()
    {
        var limits = Limits();
        var registered = Enter(limits, Here);
        registered.Register();
        Enter(limits, Here).Register();
        Enter(limits, Here).Register();

        Refused(limits, Here, ErrorCode.TooManyConnections, "(Relay:MaxConnectionsPerAddress)");

        registered.Dispose();
        Enter(limits, Here);
    }

    [Fact]
    public void Of_all_addresses_together_so_many_may_be_unregistered()
    {
        var limits = Limits();
        for (var i = 1; i <= 4; i++)
            Enter(limits, IPAddress.Parse($"198.51.100.{i}"));

        Refused(limits, Here, ErrorCode.ServerFull, "4 connections to this relay have not registered yet, and no more are allowed (Relay:MaxUnregisteredConnections)");
        Refused(limits, IPAddress.Loopback, ErrorCode.ServerFull, "(Relay:MaxUnregisteredConnections)");
    }

    [Fact]
    public void Connections_that_are_on_their_way_out_count_too()
    {
        var limits = Limits();
        for (var i = 0; i < 7; i++)
            Enter(limits, IPAddress.Loopback).Register();

        Refused(limits, IPAddress.Loopback, ErrorCode.ServerFull, "This relay has 7 connections");
    }

    [Fact]
    public void No_limit_for_each_address_applies_to_this_machine_itself()
    {
        var limits = Limits();
        for (var i = 0; i < 1000; i++)
        {
            using var lease = Enter(limits, IPAddress.IPv6Loopback);
            lease.Register();
        }
    }

    [Fact]
    public void An_address_may_come_so_often_and_is_told_when_again()
    {
        var limits = Limits();
        for (var i = 0; i < 60; i++)
            Enter(limits, Here).Dispose();

        var refusal = Refused(limits, Here, ErrorCode.RateLimited, "(Relay:ConnectionsPerAddressPerMinute)");

        Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);
        _time.Advance(refusal.RetryAfter);
        Enter(limits, Here);
    }

    [Fact]
    public void A_place_is_given_back_once_however_it_ends()
    {
        var limits = Limits();
        var silent = Enter(limits, Here);
        var registered = Enter(limits, Here);
        registered.Register();
        registered.Register();
        Assert.Equal((2, 1), limits.Open);

        silent.Dispose();
        silent.Dispose();
        silent.Register();
        registered.Dispose();

        Assert.Equal((0, 0), limits.Open);
    }

    private ConnectionLimits Limits() => new(Options.Create(_options), _time, NullLogger<RelayHub>.Instance);

    private static ConnectionLease Enter(ConnectionLimits limits, IPAddress address)
    {
        Assert.Null(limits.TryEnter(address, out var lease));
        return lease!;
    }

    private static Refusal Refused(ConnectionLimits limits, IPAddress address, ErrorCode code, string words)
    {
        var refusal = limits.TryEnter(address, out var lease);
        Assert.Null(lease);
        Assert.Equal(code, refusal?.Code);
        Assert.Contains(words, refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", refusal.Message, StringComparison.Ordinal);
        return refusal;
    }
}
