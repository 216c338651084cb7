using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Admission;

/// <summary>From the cheapest check to the dearest, as docs/operating.md says: whatever else is wrong, the earlier one answers, and uses up nothing of a later one.</summary>
public sealed class OrderOfChecksTests
{
    private const string Foreign = "https://evil.example";
    private const string Banned = "2001:db8:0:1::bad";
    private const string First = "2001:db8:0:1::1";
    private const string Second = "2001:db8:0:1::2";

    [Fact]
    public async Task A_connection_is_refused_for_its_web_page_then_its_address_then_the_counts_then_the_rate()
    {
        // By a clock that stands, or the rate would allow one more. To counts and rate all of these are one address; to bans each is its own.
        await using var relay = RelayApp.OnSockets(
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()), ("TrustedProxies:0", "127.0.0.1"), ("BannedAddresses:0", Banned),
            ("MaxUnregisteredConnectionsPerAddress", "1"), ("ConnectionsPerAddressPerMinute", "1"));
        using var first = await Stranger.Connect(relay.Url);
        Assert.Equal(101, (await first.AskForWebSocket(First)).Status);

        Assert.Equal(ErrorCode.WebOriginNotAllowed, await RefusalOf(relay, Banned, Foreign));
        Assert.Equal(ErrorCode.Banned, await RefusalOf(relay, Banned));
        Assert.Equal(ErrorCode.TooManyConnections, await RefusalOf(relay, Second));
        first.Dispose();
        await Eventually.Is(
            "only the rate is left to refuse it", () => RefusalOf(relay, Second).GetAwaiter().GetResult() is var code && code == ErrorCode.RateLimited
                ? true
                : code == ErrorCode.TooManyConnections ? false : throw new InvalidOperationException($"It was refused with {code}."));
    }

    [Fact]
    public async Task What_an_earlier_check_refuses_uses_up_nothing_of_the_rate()
    {
        await using var relay = RelayApp.OnSockets(
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()), ("TrustedProxies:0", "127.0.0.1"), ("BannedAddresses:0", Banned),
            ("ConnectionsPerAddressPerMinute", "1"));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ErrorCode.WebOriginNotAllowed, await RefusalOf(relay, First, Foreign));
            Assert.Equal(ErrorCode.Banned, await RefusalOf(relay, Banned));
        }

        using var welcome = await Stranger.Connect(relay.Url);
        Assert.Equal(101, (await welcome.AskForWebSocket(First)).Status);
    }

    [Fact]
    public async Task A_registration_is_refused_for_its_proof_then_by_the_lists_then_for_its_rate()
    {
        var mallory = TestPeers.Key("mallory");
        await using var relay = RelayApp.InMemory(
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()), ("RegistrationsPerPeerPerMinute", "1"));
        var operating = relay.Services.GetRequiredService<RelayAdministration>();
        operating.Ban(mallory.PeerId);

        // Nobody learns, by trying, whom the operator has banned; and who is banned cannot use up what they have once they are not.
        await Try(request => request with { Proof = new byte[32] }, ErrorCode.ProofRefused);
        await Try(request => request, ErrorCode.Banned);
        await Try(request => request, ErrorCode.Banned);
        operating.Unban(mallory.PeerId);
        await relay.NewPeer().Enter(mallory);
        await Try(request => request, ErrorCode.RateLimited);
        operating.Ban(mallory.PeerId);
        await Try(request => request, ErrorCode.Banned);

        async Task Try(Func<ForgedRegistration, ForgedRegistration> forge, ErrorCode code)
        {
            var peer = relay.NewPeer();
            await peer.Connect();
            await peer.Register(forge(ForgedRegistration.Of(await peer.Prove(mallory))).ToRequest());
            await peer.SeesError(code);
        }
    }

    private static async Task<ErrorCode> RefusalOf(RelayApp relay, string address, string? origin = null)
    {
        using var stranger = await Stranger.Connect(relay.Url);
        var (_, answer) = await stranger.AskForWebSocket(address, origin);
        var line = answer.Split("\r\n").FirstOrDefault(line => line.StartsWith("Relay-Error: ", StringComparison.Ordinal));
        return line is null ? ErrorCode.None : Enum.Parse<ErrorCode>(line.Split(' ')[1]);
    }
}
