using Relay.Contracts;
using Relay.Hub.Admission;
using TestKit;

namespace Relay.Hub.Tests.Admission;

/// <summary>Which addresses are this relay: those of its settings, or, with none, the one the request was for.</summary>
public sealed class ProofCheckTests
{
    private static readonly PeerKey Alice = TestPeers.Key("alice");

    [Theory]
    [InlineData("https://relay.example.com", "relay.example.com")]
    [InlineData("https://relay.example.com", "Relay.Example.com:443")]
    [InlineData("http://relay.example.com", "relay.example.com:80")]
    [InlineData("http://relay.example.com:9000", "relay.example.com:9000")]
    [InlineData("https://relay.example.com:9000", "relay.example.com:9000")]
    [InlineData("http://[::1]:9000", "[::1]:9000")]
    public void Without_origins_the_address_is_the_host_of_the_request(string audience, string host) =>
        Assert.Equal(ProofFlaw.None, Check(audience, host));

    [Theory]
    [InlineData("https://relay.example.com", "relay.example.org")]
    [InlineData("https://relay.example.com", "relay.example.com:9000")]
    [InlineData("https://relay.example.com:9000", "relay.example.com")]
    [InlineData("https://relay.example.com", "relay.example.com:80")]
    [InlineData("https://relay.example.com", null)]
    [InlineData("https://relay.example.com", "")]
    [InlineData("https://relay.example.com", "relay.example.com/x")]
    [InlineData("https://relay.example.com", "x@relay.example.com")]
    [InlineData("HTTPS://relay.example.com", "relay.example.com")]
    [InlineData("wss://relay.example.com", "relay.example.com")]
    [InlineData("https://relay.example.com/", "relay.example.com")]
    [InlineData("https://relay.example.com:443", "relay.example.com:443")]
    [InlineData("relay.example.com", "relay.example.com")]
    [InlineData("://relay.example.com", "relay.example.com")]
    [InlineData("", "")]
    [InlineData(null, "relay.example.com")]
    public void Without_origins_every_other_address_is_another_relay(string? audience, string? host) =>
        Assert.Equal(ProofFlaw.Audience, Check(audience, host));

    [Theory]
    [InlineData("https://relay.example.com")]
    [InlineData("http://10.0.0.7:9000")]
    public void With_origins_the_address_is_one_of_them_whatever_the_request_says(string audience) =>
        Assert.Equal(ProofFlaw.None, Check(audience, "evil.example", "ws://10.0.0.7:9000/", "wss://Relay.example.com"));

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://relay.example.com")]
    [InlineData(null)]
    public void With_origins_no_other_address_is_this_relay_whatever_the_request_says(string? audience) =>
        Assert.Equal(ProofFlaw.Audience, Check(audience, "evil.example", "https://relay.example.com"));

    [Fact]
    public void A_challenge_is_answered_once()
    {
        var challenge = new OpenChallenge("epoch");
        var request = Answer(challenge, "https://relay.example.com");

        Assert.True(challenge.IsAnsweredBy(request));
        Assert.False(challenge.IsAnsweredBy(request));
    }

    [Fact]
    public void A_wrong_answer_uses_a_challenge_up()
    {
        var challenge = new OpenChallenge("epoch");
        var request = Answer(challenge, "https://relay.example.com");

        Assert.False(challenge.IsAnsweredBy((ForgedRegistration.Of(request) with { Sequence = 1 }).ToRequest()));
        Assert.False(challenge.IsAnsweredBy(request));
    }

    [Fact]
    public void A_closed_challenge_is_answered_by_nothing()
    {
        var challenge = new OpenChallenge("epoch");
        challenge.Close();
        challenge.Close();

        Assert.False(challenge.IsAnsweredBy(Answer(challenge, "https://relay.example.com")));
    }

    [Fact]
    public void Every_connection_has_a_key_and_a_nonce_of_its_own()
    {
        var challenges = Enumerable.Range(0, 100).Select(_ => new OpenChallenge("epoch").Message).ToArray();

        Assert.Equal(100, challenges.Select(one => Convert.ToHexString(one.Key.Span)).Distinct().Count());
        Assert.Equal(100, challenges.Select(one => Convert.ToHexString(one.Nonce.Span)).Distinct().Count());
    }

    // As PeerKeys they would cost four memory mappings each, of which Linux gives a process 65,530.
    [Fact]
    public void Twenty_thousand_connections_that_do_not_register_are_no_danger_to_the_process()
    {
        var challenges = Enumerable.Range(0, 20_000).Select(_ => new OpenChallenge("epoch")).ToArray();

        Assert.True(challenges[0].IsAnsweredBy(Answer(challenges[0], "https://relay.example.com")));
    }

    private static ProofFlaw Check(string? audience, string? host, params string[] origins)
    {
        var options = new RelayOptions();
        foreach (var origin in origins)
            options.Origins.Add(origin);
        var challenge = new OpenChallenge("epoch");
        return new ProofCheck(LiveOptions.Fixed(options)).Check(Answer(challenge, audience!), challenge, host, out _);
    }

    private static RegisterRequest Answer(OpenChallenge challenge, string audience) =>
        RegistrationProof.TryAnswer(Alice, challenge.Message, audience, new byte[RegistrationProof.NonceLength], null, 0, out var request)
            ? request
            : throw new InvalidOperationException("The challenge is malformed.");
}
