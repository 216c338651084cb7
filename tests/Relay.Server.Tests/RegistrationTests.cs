using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Admission;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Who gets in, who does not, and what they are told.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task MainWay_5_before_it_any_other_call_is_an_error_and_the_connection_stays()
    {
        await using var relay = RelayApp.InMemory();
        var alice = relay.NewPeer();
        await alice.Connect();

        await alice.Send("bob", "too early");
        await alice.Acknowledge(1, epoch: "whatever");
        await alice.Sees<RelayError>(2);
        await alice.Register("alice");

        await alice.Sees<Registered>();
        Assert.All(alice.All<RelayError>(), error => Assert.Equal((int)ErrorCode.NotRegistered, error.Code));
        await alice.Send("alice", "now");
        await alice.SeesTexts("now");
    }

    [Fact]
    public async Task MainWay_5_a_connection_that_stays_silent_is_told_and_closed()
    {
        await using var relay = RelayApp.OnSockets(("RegistrationTimeout", "00:00:00.3"));
        var silent = relay.NewPeer(reconnects: true);
        await silent.Connect();

        await silent.SeesError(ErrorCode.RegistrationTimeout);
        await silent.SeesTheEnd();

        Assert.Contains("Relay:RegistrationTimeout", Assert.Single(silent.All<RelayError>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MainWay_5_a_connection_that_registered_in_time_stays()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(time));
        var alice = await relay.Enter("alice");
        var silent = relay.NewPeer();
        await silent.Connect();

        await Eventually.Is("the silent one is closed", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return silent.IsClosed;
        });

        await alice.Send("alice", "still here");
        await alice.SeesTexts("still here");
    }

    [Fact]
    public async Task A_second_registration_is_an_error_and_the_first_one_stays()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");

        await alice.Register("bob");
        await alice.SeesError(ErrorCode.AlreadyRegistered);

        await alice.Send("alice", "me");
        await alice.SeesTexts("me");
        Assert.Equal("alice", alice.Delivered[0].From);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Alice")]
    [InlineData("al ice")]
    [InlineData("-alice")]
    [InlineData("a-name-that-is-one-letter-too-lon")]
    public async Task UC4_5a_what_is_no_peer_id_is_refused_with_the_reason(string? name)
    {
        await using var relay = RelayApp.InMemory();
        var peer = relay.NewPeer();
        await peer.Connect();

        await peer.Register(name!);

        await peer.SeesError(ErrorCode.InvalidPeerId);
        await peer.SeesTheEnd();
        Assert.Empty(peer.All<Registered>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task UC4_5a_another_protocol_version_is_refused_with_both_versions_named(int version)
    {
        await using var relay = RelayApp.InMemory();
        var peer = relay.NewPeer();
        await peer.Connect();

        await peer.Register("alice", version: version);

        await peer.SeesError(ErrorCode.UnsupportedVersion);
        await peer.SeesTheEnd();
        Assert.Contains($"version 1, the client {version}", peer.All<RelayError>()[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_5a_a_banned_peer_is_refused_and_others_are_not()
    {
        await using var relay = RelayApp.InMemory(("BannedPeers:0", "mallory"), ("BannedPeers:1", "trudy"));
        await relay.Enter("alice");
        var mallory = relay.NewPeer(reconnects: true);
        await mallory.Connect();

        await mallory.Register("mallory");

        await mallory.SeesError(ErrorCode.Banned);
        await mallory.SeesTheEnd();
    }

    [Fact]
    public async Task UC4_5a_a_full_server_refuses_says_its_limit_and_takes_the_next_when_one_leaves()
    {
        await using var relay = RelayApp.InMemory(("MaxPeers", "2"));
        var alice = await relay.Enter("alice");
        await relay.Enter("bob");
        var carol = relay.NewPeer();
        await carol.Connect();
        await carol.Register("carol");
        await carol.SeesError(ErrorCode.ServerFull);
        await carol.SeesTheEnd();
        Assert.Contains("2 (Relay:MaxPeers)", carol.All<RelayError>()[0].Message, StringComparison.Ordinal);

        await relay.Leave(alice, "alice");

        await relay.Enter("carol");
    }

    [Fact]
    public async Task UC4_5a_refusals_and_takeovers_never_use_up_the_places()
    {
        await using var relay = RelayApp.InMemory(("MaxPeers", "1"));
        for (var round = 0; round < 10; round++)
        {
            // A peer that takes over its own place needs no new one.
            await relay.Enter("alice");
            var refused = relay.NewPeer();
            await refused.Connect();
            await refused.Register("bob");
            await refused.SeesError(ErrorCode.ServerFull);
        }

        var alice = await relay.Enter("alice");
        await relay.Leave(alice, "alice");
        await relay.Enter("bob");
    }

    [Fact]
    public async Task UC4_5a_a_host_can_refuse_by_its_own_rules()
    {
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<IAdmissionPolicy>(new OnlyAlice()));
        await relay.Enter("alice");
        var bob = relay.NewPeer();
        await bob.Connect();

        await bob.Register("bob");

        await bob.SeesError(ErrorCode.RateLimited);
        await bob.SeesTheEnd();
        Assert.Equal("Come back in an hour.", bob.All<RelayError>()[0].Message);
    }

    [Fact]
    public async Task UC4_5a_outside_of_development_nobody_can_claim_a_plain_name()
    {
        await using var relay = RelayApp.InEnvironment("Production");
        var alice = relay.NewPeer();
        await alice.Connect();

        await alice.Register("alice");

        await alice.SeesError(ErrorCode.NamedPeersNotAllowed);
        await alice.SeesTheEnd();
        Assert.Contains("Relay:AllowNamedPeers", alice.All<RelayError>()[0].Message, StringComparison.Ordinal);
    }

    private sealed class OnlyAlice : IAdmissionPolicy
    {
        public Refusal? Check(PeerId peer, IPAddress? address) =>
            peer.Value == "alice" ? null : new Refusal(ErrorCode.RateLimited, "Come back in an hour.");
    }
}
