using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Admission;

/// <summary>What the operator reads of registrations that are refused: how many, for what, by which setting; and no more lines for a flood of them.</summary>
public sealed class RefusedRegistrationTests
{
    private const int ProofsRefused = 1006;
    private const int StrangersSentAway = 1013;

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(ErrorCode.Banned, "BannedPeers:0", "mallory", "(Relay:BannedPeers, Relay:AccessFile, ")]
    [InlineData(ErrorCode.NotListed, "AllowedPeers:0", "alice", "(Relay:AllowedPeers, Relay:AccessFile)")]
    [InlineData(ErrorCode.NamedPeersNotAllowed, "AllowNamedPeers", "false", "(Relay:AllowNamedPeers is false)")]
    [InlineData(ErrorCode.ServerFull, "MaxPeers", "1", "1 (Relay:MaxPeers)")]
    [InlineData(ErrorCode.RateLimited, "RegistrationsPerPeerPerMinute", "1", "1 times a minute (Relay:RegistrationsPerPeerPerMinute)")]
    public async Task A_refused_registration_is_logged_with_the_setting_at_once_and_a_flood_of_them_once_a_minute(
        ErrorCode code, string setting, string value, string words)
    {
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(_time), (setting, value));
        if (code == ErrorCode.ServerFull)
            await relay.Enter("alice");
        else if (code == ErrorCode.RateLimited)
            await relay.Enter("mallory");

        for (var i = 0; i < 3; i++)
            await Try(relay, "mallory", code);
        var first = Assert.Single(await Lines(relay, StrangersSentAway, 1));
        _time.Advance(TimeSpan.FromMinutes(1));
        if (code == ErrorCode.RateLimited)
            await relay.Enter("mallory");
        await Try(relay, "mallory", code);

        Assert.StartsWith($"Connections ended before they had registered: 1 ({code})", first, StringComparison.Ordinal);
        Assert.Contains(words, first, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", first, StringComparison.Ordinal);
        Assert.Contains($"3 ({code})", (await Lines(relay, StrangersSentAway, 2))[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(relay.Logs.Entries, entry => entry.Message.Contains("mallory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proof_that_does_not_hold_is_logged_with_what_is_wrong_which_its_client_is_not_told()
    {
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(_time));
        for (var i = 0; i < 3; i++)
            await TryProof(relay, request => request with { Proof = new byte[32] });
        await TryProof(relay, request => request with { Audience = "https://relay.example.com" });
        _time.Advance(TimeSpan.FromMinutes(1));
        await TryProof(relay, request => request with { Proof = new byte[32] });

        var lines = await Lines(relay, ProofsRefused, 3);
        Assert.Equal(
            ["their Proof: 1,", "their Audience: 1,", "their Proof: 3,"],
            lines.Select(line => line[line.IndexOf("their", StringComparison.Ordinal)..(line.IndexOf(',', StringComparison.Ordinal) + 1)]));
    }

    private static async Task Try(RelayApp relay, string name, ErrorCode code)
    {
        var peer = relay.NewPeer();
        await peer.Connect();
        await peer.Register(name);
        await peer.SeesError(code);
    }

    private static async Task TryProof(RelayApp relay, Func<ForgedRegistration, ForgedRegistration> forge)
    {
        var peer = relay.NewPeer();
        await peer.Connect();
        await peer.Register(forge(ForgedRegistration.Of(await peer.Prove(TestPeers.Key("alice")))).ToRequest());
        await peer.SeesError(ErrorCode.ProofRefused);
    }

    private static async Task<string[]> Lines(RelayApp relay, int eventId, int count)
    {
        string[] Now() => [.. relay.Logs.Entries.Where(entry => entry.Id.Id == eventId).Select(entry => entry.Message)];
        await Eventually.Is($"there are {count} lines of event {eventId}", () => Now().Length == count);
        return Now();
    }
}
