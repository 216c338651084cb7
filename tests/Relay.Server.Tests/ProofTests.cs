using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>A PeerId that is a key is its holder's alone: whoever has only read it gets nowhere.</summary>
public sealed class ProofTests
{
    private const string TheAnswer =
        "The client has not proven that it holds the key of this PeerId. Either its key is another PeerId's, or the PeerId is mistyped, " +
        "or the address it has dialled is none of this relay's (Relay:Origins), or its proof is not for this connection. " +
        "docs/protocol.md says how to prove a PeerId.";

    private static readonly PeerKey Alice = TestPeers.Key("alice");
    private static readonly PeerKey Bob = TestPeers.Key("bob");
    private static readonly PeerKey Mallory = TestPeers.Key("mallory");

    private static readonly Dictionary<string, Func<ForgedRegistration, ForgedRegistration>> Forgeries = new()
    {
        ["no proof, no nonce, no audience"] = request => request with { Proof = [], Nonce = [], Audience = null },
        ["no proof"] = request => request with { Proof = [] },
        ["a proof of zeros"] = request => request with { Proof = new byte[32] },
        ["a proof with another bit"] = request => request with { Proof = [.. request.Proof[..31], (byte)(request.Proof[31] ^ 1)] },
        ["a proof that is too short"] = request => request with { Proof = request.Proof[..31] },
        ["a proof that is too long"] = request => request with { Proof = [.. request.Proof, 0] },
        ["a proof far too long"] = request => request with { Proof = new byte[100_000] },
        ["no nonce"] = request => request with { Nonce = [] },
        ["a nonce that is too short"] = request => request with { Nonce = request.Nonce[..31] },
        ["a nonce that is too long"] = request => request with { Nonce = [.. request.Nonce, 0] },
        ["a nonce far too long"] = request => request with { Nonce = new byte[100_000] },
        ["another nonce"] = request => request with { Nonce = new byte[32] },
        ["another position to resume"] = request => request with { Sequence = request.Sequence + 1 },
        ["another epoch to resume"] = request => request with { Epoch = "another" },
        ["no audience"] = request => request with { Audience = null },
        ["an empty audience"] = request => request with { Audience = "" },
        ["another relay's address"] = request => request with { Audience = "https://relay.example.com" },
        ["this relay's address with another scheme"] = request => request with { Audience = request.Audience!.Replace("http:", "https:", StringComparison.Ordinal) },
        ["this relay's address with another port"] = request => request with { Audience = request.Audience + ":81" },
        ["this relay's address in another form"] = request => request with { Audience = request.Audience + "/" },
        ["an audience far too long"] = request => request with { Audience = "http://" + new string('a', 100_000) },
        ["somebody else's PeerId"] = request => request with { PeerId = Bob.PeerId.Value },
        ["a mistyped PeerId"] = request => request with { PeerId = request.PeerId![..^1] + (request.PeerId[^1] == 'q' ? 'p' : 'q') },
        ["a PeerId that is too short"] = request => request with { PeerId = request.PeerId![..^1] },
        ["a PeerId that is too long"] = request => request with { PeerId = request.PeerId + "q" },
        ["a PeerId that only starts like a key"] = request => request with { PeerId = "tc1" },
        ["a PeerId far too long"] = request => request with { PeerId = "tc1" + new string('q', 100_000) },
        ["a key of low order: 0"] = request => request with { PeerId = LowOrder("0000000000000000000000000000000000000000000000000000000000000000") },
        ["a key of low order: 1"] = request => request with { PeerId = LowOrder("0100000000000000000000000000000000000000000000000000000000000000") },
        ["a key of order 8"] = request => request with { PeerId = LowOrder("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800") },
        ["the other key of order 8"] = request => request with { PeerId = LowOrder("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157") },
        ["a key of order 4"] = request => request with { PeerId = LowOrder("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f") },
    };

    [Fact]
    public async Task The_holder_of_a_key_registers_it_and_messages_come_from_it()
    {
        await using var relay = RelayApp.InEnvironment("Production");
        var alice = await relay.NewPeer().Enter(Alice);
        var bob = await relay.NewPeer(json: true).Enter(Bob);

        await alice.Send(Bob.PeerId.Value, "hello");
        await bob.SeesTexts("hello");
        await bob.Send(Alice.PeerId.Value, "hello, Alice");

        await alice.SeesTexts("hello, Alice");
        Assert.Equal(Alice.PeerId.Value, bob.Delivered[0].From);
        Assert.Equal(Bob.PeerId.Value, alice.Delivered[0].From);
    }

    [Fact]
    public async Task A_copied_PeerId_is_of_no_use_without_its_key()
    {
        await using var relay = RelayApp.InMemory();
        var thief = relay.NewPeer();
        await thief.Connect();

        await thief.Register((ForgedRegistration.Of(await thief.Prove(Mallory)) with { PeerId = Alice.PeerId.Value }).ToRequest());

        await SeesTheRefusal(thief);
    }

    // All at once, because the relay leaves each connection to its client for 2 s after the last word.
    [Fact]
    public async Task Whatever_is_wrong_the_answer_is_the_same_and_the_connection_ends()
    {
        await using var relay = RelayApp.InMemory();
        var peers = new Dictionary<string, RawPeer>();
        foreach (var (name, forge) in Forgeries)
        {
            var peer = peers[name] = relay.NewPeer();
            await peer.Connect();
            await peer.Register(forge(ForgedRegistration.Of(await peer.Prove(Alice, epoch: "epoch", sequence: 7))).ToRequest());
        }

        foreach (var (name, peer) in peers)
        {
            await Eventually.Is($"the end of the connection with {name}", () => peer.IsClosed);
            Assert.Equal((name, "RelayError, closed"), (name, string.Join(", ", peer.Told.Select(told => told is string ? told : told.GetType().Name))));
            Assert.Equal((name, TheAnswer), (name, peer.All<RelayError>()[0].Message));
        }
    }

    [Fact]
    public async Task A_proof_that_was_overheard_is_good_for_no_second_connection()
    {
        await using var relay = RelayApp.InMemory();
        var alice = relay.NewPeer();
        await alice.Connect();
        var overheard = await alice.Prove(Alice);
        await alice.Register(overheard);
        await alice.Sees<Registered>();
        var thief = relay.NewPeer();
        await thief.Connect();

        await thief.Register(overheard);

        await SeesTheRefusal(thief);
        await alice.Send(Alice.PeerId.Value, "still mine");
        await alice.SeesTexts("still mine");
    }

    [Fact]
    public async Task A_refused_proof_cannot_be_followed_by_a_better_one()
    {
        await using var relay = RelayApp.InMemory();
        var peer = relay.NewPeer();
        await peer.Connect();
        var right = await peer.Prove(Alice);

        await peer.Register((ForgedRegistration.Of(right) with { Proof = new byte[32] }).ToRequest());
        await peer.Register(right);

        await SeesTheRefusal(peer);
    }

    [Fact]
    public async Task A_second_registration_is_an_error_and_the_first_one_stays()
    {
        await using var relay = RelayApp.InMemory();
        var alice = relay.NewPeer();
        await alice.Connect();
        var (asAlice, asMallory) = (await alice.Prove(Alice), await alice.Prove(Mallory));

        await alice.Register(asAlice);
        await alice.Register(asMallory);
        await alice.Register(asAlice);

        await alice.Sees<RelayError>(2);
        Assert.All(alice.All<RelayError>(), error => Assert.Equal((int)ErrorCode.AlreadyRegistered, error.Code));
        await alice.Send(Alice.PeerId.Value, "me");
        await alice.SeesTexts("me");
        Assert.Equal(Alice.PeerId.Value, alice.Delivered[0].From);
    }

    [Fact]
    public async Task A_proof_resumes_where_it_says()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.NewPeer().Enter(Alice);
        var first = await relay.NewPeer().Enter(Bob);
        await alice.Send(Bob.PeerId.Value, "1", "2", "3");
        await first.SeesTexts("1", "2", "3");

        var second = await relay.NewPeer().Enter(Bob, first.Epoch, sequence: 2);

        await second.SeesTexts("3");
    }

    [Fact]
    public async Task A_takeover_with_proof_goes_as_ever()
    {
        await using var relay = RelayApp.InMemory();
        var phone = await relay.NewPeer().Enter(Alice);

        var laptop = await relay.NewPeer().Enter(Alice);

        await phone.Sees<Replaced>();
        await phone.SeesTheEnd();
        await laptop.Send(Alice.PeerId.Value, "here");
        await laptop.SeesTexts("here");
    }

    [Fact]
    public async Task A_takeover_without_proof_is_not_even_noticed()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.NewPeer().Enter(Alice);
        await alice.Send(Alice.PeerId.Value, "1");
        await alice.SeesTexts("1");
        var thief = relay.NewPeer();
        await thief.Connect();

        await thief.Register((ForgedRegistration.Of(await thief.Prove(Mallory, alice.Epoch, 1)) with { PeerId = Alice.PeerId.Value }).ToRequest());

        await SeesTheRefusal(thief);
        await alice.Send(Alice.PeerId.Value, "2");
        await alice.SeesTexts("1", "2");
        Assert.Empty(alice.All<Replaced>());
    }

    [Fact]
    public async Task Nobody_learns_by_trying_whether_a_PeerId_is_banned()
    {
        await using var relay = RelayApp.InMemory(("BannedPeers:0", Mallory.PeerId.Value));
        var curious = relay.NewPeer();
        await curious.Connect();
        await curious.Register((ForgedRegistration.Of(await curious.Prove(Alice)) with { PeerId = Mallory.PeerId.Value }).ToRequest());
        await SeesTheRefusal(curious);

        var mallory = relay.NewPeer();
        await mallory.Connect();
        await mallory.Register(await mallory.Prove(Mallory));

        await mallory.SeesError(ErrorCode.Banned);
        await mallory.SeesTheEnd();
    }

    [Fact]
    public async Task Failed_proofs_without_an_end_disturb_nobody_who_is_registered()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.NewPeer().Enter(Alice);
        var bob = await relay.NewPeer().Enter(Bob);

        var flood = Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            await using var peer = new RawPeer(relay.Url);
            await peer.Connect();
            await peer.Register((ForgedRegistration.Of(await peer.Prove(Mallory)) with { PeerId = Alice.PeerId.Value }).ToRequest());
            await peer.SeesError(ErrorCode.ProofRefused);
        });
        for (var i = 1; !flood.IsCompleted; i++)
        {
            await alice.Send(Bob.PeerId.Value, $"{i}");
            await bob.SeesMessages(i);
            await bob.Acknowledge(bob.Position);
        }

        await flood;
        Assert.Empty(alice.All<Replaced>());
        Assert.Equal(Enumerable.Range(1, bob.Texts.Count).Select(i => $"{i}"), bob.Texts);
    }

    [Theory]
    [InlineData("http://localhost")]
    [InlineData("WS://LocalHost:80/")]
    public async Task With_origins_set_a_client_that_dialled_one_of_them_gets_in(string origin)
    {
        await using var relay = RelayApp.InMemory(("Origins:0", "https://relay.example.com"), ("Origins:1", origin));

        await relay.NewPeer().Enter(Alice);
    }

    [Fact]
    public async Task With_origins_set_a_client_that_dialled_another_address_does_not_get_in_even_if_its_request_was_for_it()
    {
        await using var relay = RelayApp.InMemory(("Origins:0", "https://relay.example.com"));
        var peer = relay.NewPeer();
        await peer.Connect();

        await peer.Register(await peer.Prove(Alice));

        await SeesTheRefusal(peer);
    }

    [Fact]
    public async Task A_name_needs_no_proof_and_one_that_is_there_is_ignored()
    {
        await using var relay = RelayApp.InMemory();
        var alice = relay.NewPeer();
        await alice.Connect();

        await alice.Register((ForgedRegistration.Of(await alice.Prove(Alice)) with { PeerId = "alice" }).ToRequest());

        await alice.Sees<Registered>();
    }

    [Fact]
    public async Task Where_names_are_refused_a_proof_does_not_help_one()
    {
        await using var relay = RelayApp.InEnvironment("Production");
        var alice = relay.NewPeer();
        await alice.Connect();

        await alice.Register((ForgedRegistration.Of(await alice.Prove(Alice)) with { PeerId = "alice" }).ToRequest());

        await alice.SeesError(ErrorCode.NamedPeersNotAllowed);
    }

    private static async Task SeesTheRefusal(RawPeer peer)
    {
        await peer.SeesError(ErrorCode.ProofRefused);
        Assert.Equal(TheAnswer, Assert.Single(peer.All<RelayError>()).Message);
        Assert.Empty(peer.All<Registered>());
    }

    private static string LowOrder(string hex) =>
        PeerId.TryFromPublicKey(Convert.FromHexString(hex), out var peer) ? peer.Value : throw new ArgumentException("No public key.", nameof(hex));
}
