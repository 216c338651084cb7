using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub;
using TestKit;

namespace Relay.Server.Tests.Admission;

/// <summary>Who may come, by the operator's lists and by what the operator does while the relay runs.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task UC4_5a_with_a_list_of_who_is_allowed_nobody_else_gets_in()
    {
        var alice = TestPeers.Key("alice");
        await using var relay = RelayApp.InMemory(("AllowedPeers:0", alice.PeerId.Value), ("AllowedPeers:1", "bob"));
        await relay.NewPeer().Enter(alice);
        await relay.Enter("bob");
        var carol = relay.NewPeer();
        await carol.Connect();

        await carol.Register("carol");

        await carol.SeesError(ErrorCode.NotListed);
        await carol.SeesTheEnd();
        Assert.Contains("(Relay:AllowedPeers, Relay:AccessFile)", carol.All<RelayError>()[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_5a_a_ban_wins_over_the_list_of_who_is_allowed()
    {
        await using var relay = RelayApp.InMemory(("AllowedPeers:0", "bob"), ("BannedPeers:0", "bob"));
        var bob = relay.NewPeer();
        await bob.Connect();

        await bob.Register("bob");

        await bob.SeesError(ErrorCode.Banned);
    }

    [Fact]
    public async Task UC4_5a_a_peer_that_registers_too_often_is_told_when_it_may_again_and_others_are_not_concerned()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(time), ("RegistrationsPerPeerPerMinute", "3"));
        for (var i = 0; i < 3; i++)
            await relay.Enter("alice");
        var alice = relay.NewPeer();
        await alice.Connect();

        await alice.Register("alice");

        await alice.SeesError(ErrorCode.RateLimited);
        Assert.Contains("3 times a minute (Relay:RegistrationsPerPeerPerMinute)", alice.All<RelayError>()[0].Message, StringComparison.Ordinal);
        await relay.Enter("bob");

        // A third of a minute; and what it is told is true: waiting that long is enough.
        var wait = TimeSpan.FromMilliseconds(alice.All<RelayError>()[0].RetryAfterMilliseconds);
        Assert.Equal(TimeSpan.FromSeconds(20), wait);
        time.Advance(wait);
        await relay.Enter("alice");
    }

    [Fact]
    public async Task Nobody_can_use_up_the_registrations_of_somebody_elses_key()
    {
        await using var relay = RelayApp.InMemory(("RegistrationsPerPeerPerMinute", "2"));
        var alice = TestPeers.Key("alice");
        for (var i = 0; i < 5; i++)
        {
            var thief = relay.NewPeer();
            await thief.Connect();
            await thief.Register((ForgedRegistration.Of(await thief.Prove(TestPeers.Key("mallory"))) with { PeerId = alice.PeerId.Value }).ToRequest());
            await thief.SeesError(ErrorCode.ProofRefused);
        }

        await relay.NewPeer().Enter(alice);
    }

    [Fact]
    public async Task An_operator_can_disconnect_a_peer_which_may_come_back_and_finds_its_messages()
    {
        await using var relay = RelayApp.InMemory();
        var operating = relay.Services.GetRequiredService<RelayAdministration>();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "1");
        await bob.SeesTexts("1");

        Assert.True(operating.Disconnect(PeerId.Parse("bob")));

        await bob.SeesError(ErrorCode.Disconnected);
        await bob.SeesTheEnd();
        await Eventually.Is("the relay knows that bob is away", () => !operating.Disconnect(PeerId.Parse("bob")));
        bob = await relay.Enter("bob");
        await bob.SeesTexts("1");
        Assert.False(operating.Disconnect(PeerId.Parse("nobody")));
    }

    [Fact]
    public async Task An_operator_can_ban_a_peer_which_is_disconnected_and_stays_out_until_that_is_lifted()
    {
        await using var relay = RelayApp.InMemory();
        var operating = relay.Services.GetRequiredService<RelayAdministration>();
        var mallory = await relay.Enter("mallory");
        var alice = await relay.Enter("alice");

        Assert.True(operating.Ban(PeerId.Parse("mallory")));
        Assert.False(operating.Ban(PeerId.Parse("mallory")));

        await mallory.SeesError(ErrorCode.Banned);
        await mallory.SeesTheEnd();
        Assert.Equal([PeerId.Parse("mallory")], operating.BannedPeers);
        var again = relay.NewPeer();
        await again.Connect();
        await again.Register("mallory");
        await again.SeesError(ErrorCode.Banned);
        await alice.Send("alice", "still here");
        await alice.SeesTexts("still here");

        Assert.True(operating.Unban(PeerId.Parse("mallory")));
        Assert.False(operating.Unban(PeerId.Parse("mallory")));
        await relay.Enter("mallory");
    }

    [Fact]
    public async Task An_operator_can_ban_addresses_and_who_is_connected_from_them_goes()
    {
        await using var relay = RelayApp.OnSockets(("TrustedProxies:0", "127.0.0.1"));
        var operating = relay.Services.GetRequiredService<RelayAdministration>();
        var here = await From("203.0.113.9").Enter("alice");
        var unregistered = From("203.0.113.10");
        await unregistered.Connect();
        var elsewhere = await From("198.51.100.7").Enter("bob");

        Assert.True(operating.Ban(IPNetwork.Parse("203.0.113.0/24")));

        await here.SeesError(ErrorCode.Banned);
        await unregistered.SeesError(ErrorCode.Banned);
        await here.SeesTheEnd();
        await Assert.ThrowsAnyAsync<Exception>(() => From("203.0.113.11").Connect());
        await elsewhere.Send("bob", "still here");
        await elsewhere.SeesTexts("still here");
        Assert.True(operating.Unban(IPNetwork.Parse("203.0.113.0/24")));
        await From("203.0.113.11").Enter("alice");

        RawPeer From(string address) => relay.NewPeer(http: options => options.Headers["X-Forwarded-For"] = address);
    }
}
