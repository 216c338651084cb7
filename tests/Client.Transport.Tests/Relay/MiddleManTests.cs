using Client.Transport.Relay;
using Relay.Contracts;
using Relay.Hub;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Whoever dials a hostile relay is registered there at the most: not at another relay in the same moment.</summary>
public sealed class MiddleManTests : RelayTests
{
    private const string Honest = "https://relay.example.com";
    private static readonly PeerKey Victim = TestPeers.Key("victim");

    [Fact]
    public async Task A_proof_made_for_a_hostile_relay_is_refused_by_the_one_whose_challenge_it_passed_on()
    {
        await using var relay = await RelayHost.StartAsync(WithOrigins);

        Assert.Equal(ErrorCode.ProofRefused, await RefusalAsync(relay));
    }

    [Fact]
    public async Task It_does_not_help_to_put_the_honest_address_into_the_answer()
    {
        await using var relay = await RelayHost.StartAsync(WithOrigins);

        Assert.Equal(ErrorCode.ProofRefused, await RefusalAsync(relay, forge: answer => answer with { Audience = Honest }));
    }

    [Fact]
    public async Task With_origins_it_does_not_help_to_lie_about_the_host()
    {
        await using var relay = await RelayHost.StartAsync(WithOrigins);

        Assert.Equal(ErrorCode.ProofRefused, await RefusalAsync(relay, liesAboutHost: true));
    }

    [Fact]
    public async Task Without_origins_it_is_refused_as_long_as_it_tells_the_true_host()
    {
        await using var relay = await RelayHost.StartAsync();

        Assert.Equal(ErrorCode.ProofRefused, await RefusalAsync(relay));
    }

    // The limit of it, and why an operator should set Relay:Origins. Should this ever fail, docs/threat-model.md has good news to tell.
    [Fact]
    public async Task Without_origins_a_relay_believes_the_host_it_is_told()
    {
        await using var relay = await RelayHost.StartAsync();

        Assert.Equal(ErrorCode.None, await RefusalAsync(relay, liesAboutHost: true));
    }

    private static void WithOrigins(RelayOptions options) => options.Origins.Add(Honest);

    /// <returns>With what the relay refused the one in the middle, or <see cref="ErrorCode.None"/> if it did not.</returns>
    private static async Task<ErrorCode> RefusalAsync(
        RelayHost relay, bool liesAboutHost = false, Func<ForgedRegistration, ForgedRegistration>? forge = null)
    {
        await using var hostile = await ScriptedRelay.StartAsync();
        await using var man = new MiddleMan(hostile, relay.Url, liesAboutHost ? hostile.Url.Authority : null, forge);
        await using var victim = new RelayTransport(new RelayTransportOptions
        {
            Url = hostile.Url,
            Key = Victim,
            ReconnectDelay = TimeSpan.FromHours(1),
            MaxReconnectDelay = TimeSpan.FromHours(1),
        });
        var connecting = victim.ConnectAsync(Bob, Token).AsTask();

        var answer = await man.Answer.WaitAsync(Eventually.Patience, Token);

        await victim.DisposeAsync();
        await Assert.ThrowsAsync<TransportException>(() => connecting);
        return answer is RelayError error ? (ErrorCode)error.Code : ErrorCode.None;
    }
}
