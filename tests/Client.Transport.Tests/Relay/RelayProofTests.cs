using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A transport that has a key proves its PeerId; what it does when the relay does not play along.</summary>
public sealed class RelayProofTests : RelayTests
{
    private static readonly PeerKey AliceKey = TestPeers.Key("alice");
    private static readonly PeerKey BobKey = TestPeers.Key("bob");

    [Fact]
    public async Task Two_peers_with_keys_exchange_messages_where_names_are_refused()
    {
        await using var host = await RelayHost.StartAsync(options => options.AllowNamedPeers = false);
        await using var alice = Proving(host.Url, AliceKey);
        await using var bob = Proving(host.Url, BobKey);
        await bob.ConnectAsync(AliceKey.PeerId, Token);

        await alice.SendAsync(BobKey.PeerId, Text("hello"), Token);
        var received = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);

        Assert.Equal(AliceKey.PeerId, received.Sender);
        await bob.SendAsync(received.Sender, Text("hello, Alice"), Token);
        Assert.Equal("hello, Alice", await ReceiveTextAsync(alice));
    }

    [Fact]
    public async Task Each_connection_is_proven_anew_and_resumes()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Proving(host.Url, AliceKey);
        await using var bob = Proving(link.Url, BobKey);
        for (var i = 0; i < 3; i++)
        {
            await alice.SendAsync(BobKey.PeerId, Numbered(i), Token);
            Assert.Equal($"{i}", await ReceiveTextAsync(bob));
            link.Cut();
            await Eventually.Is("bob's connection is gone", () => !bob.IsConnected(AliceKey.PeerId));
            link.Restore();
            await UntilAsync(bob, RelayConnectionState.Connected);
        }
    }

    [Fact]
    public async Task A_second_device_with_the_key_takes_over_and_the_first_does_not_fight()
    {
        await using var host = await RelayHost.StartAsync();
        await using var phone = Proving(host.Url, AliceKey);
        await phone.ConnectAsync(BobKey.PeerId, Token);

        await using var laptop = Proving(host.Url, AliceKey);
        await laptop.ConnectAsync(BobKey.PeerId, Token);

        await UntilAsync(phone, RelayConnectionState.Replaced);
        Assert.True(laptop.IsConnected(BobKey.PeerId));
    }

    [Fact]
    public async Task A_PeerId_without_its_key_is_refused_with_the_relays_reason()
    {
        await using var host = await RelayHost.StartAsync();
        await using var thief = Transport(host.Url, AliceKey.PeerId);

        var failure = await FailureToConnectAsync(thief);

        Assert.Equal((TransportError.Io, ErrorCode.ProofRefused), (failure.Error, failure.Code));
        Assert.Contains("its key is another PeerId's", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_does_not_know_the_dialled_address_as_its_own_says_so_and_is_asked_again_later()
    {
        await using var host = await RelayHost.StartAsync(options => options.Origins.Add("https://relay.example.com"));
        await using var alice = Proving(host.Url, AliceKey);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal((TransportError.Io, ErrorCode.ProofRefused), (failure.Error, failure.Code));
        Assert.Contains("Relay:Origins", failure.Message, StringComparison.Ordinal);
        await Eventually.Is("it tries again by itself", () => alice.State == RelayConnectionState.Connecting);
    }

    [Fact]
    public async Task A_relay_that_sends_no_challenge_is_a_timeout_that_says_so_and_is_told_nothing()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var alice = new RelayTransport(Once(relay.Url) with { RegistrationTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Timeout, failure.Error);
        Assert.Contains("sent no challenge", failure.Message, StringComparison.Ordinal);
        Assert.Empty(relay.Registrations);
        await Eventually.Is("the connection is closed", () => relay.OpenConnections == 0);
    }

    [Fact]
    public async Task A_relay_that_does_not_answer_the_proof_is_a_timeout_that_says_that()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnConnect = caller => Challenge(caller, TestPeers.Key("relay").PublicKey, new byte[32]);
        relay.OnRegister = _ => Task.CompletedTask;
        var time = new FakeTimeProvider();
        await using var alice = new RelayTransport(Once(relay.Url), time);
        var connecting = FailureToConnectAsync(alice);
        await Eventually.Is("alice has registered", () => relay.Registrations.Count == 1);

        time.Advance(TimeSpan.FromSeconds(5));

        var failure = await connecting;
        Assert.Equal(TransportError.Timeout, failure.Error);
        Assert.Contains("did not answer the registration", failure.Message, StringComparison.Ordinal);
        Assert.Single(relay.Registrations);
    }

    [Fact]
    public async Task A_name_is_registered_without_waiting_for_a_challenge()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var alice = Transport(relay.Url, Alice);

        await alice.ConnectAsync(Bob, Token);

        var request = Assert.Single(relay.Registrations);
        Assert.Null(request.Audience);
        Assert.True(request.Nonce.IsEmpty && request.Proof.IsEmpty);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(31, 32)]
    [InlineData(33, 32)]
    [InlineData(32, 0)]
    [InlineData(32, 31)]
    [InlineData(32, 100_000)]
    public async Task A_challenge_of_the_wrong_size_is_no_challenge_and_nothing_is_proven(int key, int nonce)
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnConnect = caller => Challenge(caller, new byte[key].Select(_ => (byte)9).ToArray(), new byte[nonce]);

        await AssertRefusedByTheClientAsync(relay);
    }

    // With it the key of the proof would be one that everybody knows, and nothing about the client's.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public async Task A_challenge_with_a_key_of_low_order_is_no_challenge_and_nothing_is_proven(string key)
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnConnect = caller => Challenge(caller, Convert.FromHexString(key), new byte[32]);

        await AssertRefusedByTheClientAsync(relay);
    }

    [Fact]
    public async Task A_challenge_that_is_nothing_is_no_challenge()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnConnect = caller => caller.SendAsync(nameof(IRelayClient.Challenge), (Challenge?)null);

        await AssertRefusedByTheClientAsync(relay);
    }

    [Fact]
    public async Task A_second_challenge_is_not_answered()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnConnect = async caller =>
        {
            await Challenge(caller, TestPeers.Key("relay").PublicKey, new byte[32]);
            await Challenge(caller, TestPeers.Key("another").PublicKey, new byte[32]);
        };
        await using var alice = new RelayTransport(Once(relay.Url));

        await alice.ConnectAsync(Bob, Token);

        Assert.Single(relay.Registrations);
    }

    [Fact]
    public void The_key_knows_the_PeerId()
    {
        var options = new RelayTransportOptions { Url = new Uri("http://localhost"), Key = AliceKey };

        Assert.Equal(AliceKey.PeerId, options.Peer);
        Assert.Equal(BobKey.PeerId, (options with { Key = BobKey }).Peer);
    }

    [Fact]
    public void A_PeerId_that_is_not_the_keys_is_refused_at_once()
    {
        var refusal = Assert.Throws<ArgumentException>(() => new RelayTransport(Once(new Uri("http://localhost")) with { Peer = Bob }));

        Assert.Contains("not the PeerId of Key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_to_register_is_refused_at_once()
    {
        var refusal = Assert.Throws<ArgumentException>(() => new RelayTransport(new RelayTransportOptions { Url = new Uri("http://localhost") }));

        Assert.Contains("Set Key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_stays_its_owners()
    {
        await using var host = await RelayHost.StartAsync();
        using var key = PeerKey.Generate();
        await using (var first = Proving(host.Url, key))
            await first.ConnectAsync(Bob, Token);

        await using var second = Proving(host.Url, key);
        await second.ConnectAsync(Bob, Token);
    }

    private static RelayTransport Proving(Uri url, PeerKey key) => new(Options(url, key.PeerId) with { Key = key });

    /// <summary>Alice, who tries once.</summary>
    private static RelayTransportOptions Once(Uri url) => new()
    {
        Url = url,
        Key = AliceKey,
        ReconnectDelay = TimeSpan.FromHours(1),
        MaxReconnectDelay = TimeSpan.FromHours(1),
    };

    private static Task Challenge(IClientProxy caller, byte[] key, byte[] nonce) =>
        caller.SendAsync(nameof(IRelayClient.Challenge), new Challenge { ProtocolVersion = 1, Key = key, Nonce = nonce, Epoch = "epoch" });

    private static async Task AssertRefusedByTheClientAsync(ScriptedRelay relay)
    {
        await using var alice = new RelayTransport(Once(relay.Url));

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("a challenge that no relay should", failure.Message, StringComparison.Ordinal);
        Assert.Empty(relay.Registrations);
    }
}
