using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Admission;

/// <summary>However a request is written: it is counted if it gets something, and what cannot be read does nobody else any harm.</summary>
public sealed class WayAroundTests
{
    private const string Upgrade = "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Theory]
    [InlineData("GET /relay HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /relay HTTP/1.1\r\nUpgrade: WebSocket\r\n" + Upgrade, 101)]
    [InlineData("GET /relay HTTP/1.1\r\nUpgrade: websocket, x\r\n" + Upgrade, 101)]
    [InlineData("GET /relay HTTP/1.1\r\nUpgrade: x\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /relay/ HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /RELAY HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /%72elay HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /relay?id= HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("GET /relay?id=made-up HTTP/1.1\r\nUpgrade: websocket\r\n" + Upgrade, 101)]
    [InlineData("POST /relay/negotiate HTTP/1.1\r\nContent-Length: 0\r\n", 200)]
    [InlineData("POST /relay/negotiate/?negotiateVersion=1 HTTP/1.1\r\nContent-Length: 0\r\n", 200)]
    [InlineData("POST /RELAY/Negotiate HTTP/1.1\r\nContent-Length: 0\r\n", 200)]
    [InlineData("POST /relay//negotiate HTTP/1.1\r\nContent-Length: 0\r\n", 404)]
    [InlineData("POST /relay/./negotiate HTTP/1.1\r\nContent-Length: 0\r\n", 200)]
    [InlineData("POST /x/../relay/%6eegotiate HTTP/1.1\r\nContent-Length: 0\r\n", 200)]
    public async Task Whoever_gets_a_connection_or_negotiates_one_takes_a_place(string request, int status)
    {
        await using var relay = RelayApp.OnSockets(("TrustedProxies:0", "127.0.0.1"), ("MaxUnregisteredConnectionsPerAddress", "1"), ("RegistrationTimeout", "00:01:00"));
        using var first = await Stranger.Connect(relay.Url);
        using var second = await Stranger.Connect(relay.Url);

        Assert.Equal(status, await first.Ask(request + "Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"));
        Assert.Equal(status == 404 ? 404 : 429, await second.Ask(request + "Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"));
    }

    [Theory]
    [InlineData("Host: xn--\r\n")]
    [InlineData("Host: xn--\r\nOrigin: http://localhost\r\n")]
    [InlineData("Host: localhost\r\nOrigin: http://xn--zzzzzz99999\u00df\r\n")]
    [InlineData("Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: xn--\r\n")]
    [InlineData("Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: localhost, xn--\r\n")]
    public async Task A_host_that_is_none_is_no_fault_of_the_relay(string headers)
    {
        // Its log is looked at when it is disposed of: an error there fails the test.
        await using var relay = RelayApp.OnSockets(("TrustedProxies:0", "127.0.0.1"));
        foreach (var request in new[] { "GET /", "GET /relay", "GET /health/ready", "GET /status.json", "POST /relay/negotiate" })
        {
            using var stranger = await Stranger.Connect(relay.Url);
            Assert.InRange(await stranger.Ask($"{request} HTTP/1.1\r\nContent-Length: 0\r\n{headers}\r\n"), 200, 499);
        }
    }

    [Fact]
    public async Task Who_registers_a_key_by_a_host_that_is_none_has_proven_nothing()
    {
        await using var relay = RelayApp.OnSockets();
        var peer = relay.NewPeer(http: options =>
        {
            options.SkipNegotiation = true;
            options.Headers["Host"] = "xn--";
        });
        await peer.Connect();

        await peer.Register(await peer.Prove(TestPeers.Key("alice")));

        await peer.SeesError(ErrorCode.ProofRefused);
    }

    [Fact]
    public async Task A_policy_that_throws_costs_its_caller_the_connection_and_nobody_else()
    {
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<IAdmissionPolicy, Faulty>());
        relay.Logs.Expect(entry => entry.Id.Id == 1015);
        var alice = await relay.Enter("alice");
        var mallory = relay.NewPeer();
        await mallory.Connect();

        await mallory.Register("mallory");

        await Eventually.Is("the connection is closed", () => mallory.Told.Contains("closed"));
        Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 1015);
        await alice.Send("alice", "still here");
        await alice.SeesTexts("still here");
    }

    private sealed class Faulty : IAdmissionPolicy
    {
        public Refusal? Check(PeerId peer, IPAddress? address) =>
            peer == PeerId.Parse("mallory") ? throw new InvalidOperationException("This policy has a fault.") : null;
    }
}
