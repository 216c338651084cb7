using System.Security.Cryptography;
using System.Text;
using TestKit;

namespace Relay.Contracts.Tests;

/// <summary>The holder of a key can answer a challenge, once and for this relay; everybody else cannot.</summary>
public sealed class RegistrationProofTests
{
    private const string Here = "https://relay.example.com";
    private static readonly PeerKey Alice = TestPeers.Key("alice");
    private static readonly PeerKey Mallory = TestPeers.Key("mallory");
    private static readonly PeerKey Relay = TestPeers.Key("the relay, on this connection");
    private static readonly Challenge Asked = Challenge(Relay.PublicKey, nonce: 1);
    private static readonly RegisterRequest Answered = Answer(Alice, Asked);

    private static readonly ForgedRegistration Forged = ForgedRegistration.Of(Answered);

    /// <summary>Each value of the two messages, changed once.</summary>
    public static TheoryData<string, Challenge, ForgedRegistration> Changes => new()
    {
        { "the relay's version", new() { ProtocolVersion = 2, Key = Asked.Key, Nonce = Asked.Nonce, Epoch = Asked.Epoch }, Forged },
        { "the relay's key", Challenge(Mallory.PublicKey, nonce: 1), Forged },
        { "the relay's nonce", Challenge(Relay.PublicKey, nonce: 2), Forged },
        { "the relay's epoch", Challenge(Relay.PublicKey, nonce: 1, epoch: "next"), Forged },
        { "the client's version", Asked, Forged with { ProtocolVersion = 2 } },
        { "the PeerId", Asked, Forged with { PeerId = Mallory.PeerId.Value } },
        { "the epoch to resume", Asked, Forged with { Epoch = "now2" } },
        { "no epoch to resume", Asked, Forged with { Epoch = null } },
        { "an empty epoch to resume", Asked, Forged with { Epoch = "" } },
        { "the position to resume", Asked, Forged with { Sequence = 8 } },
        { "the audience", Asked, Forged with { Audience = "https://relay.example.org" } },
        { "no audience", Asked, Forged with { Audience = null } },
        { "the client's nonce", Asked, Forged with { Nonce = Bytes(3) } },
        { "a longer nonce", Asked, Forged with { Nonce = [.. Forged.Nonce, 0] } },
        { "a shorter nonce", Asked, Forged with { Nonce = Forged.Nonce[1..] } },
        { "a longer proof", Asked, Forged with { Proof = [.. Forged.Proof, 0] } },
        { "a shorter proof", Asked, Forged with { Proof = Forged.Proof[..^1] } },
        { "no proof", Asked, Forged with { Proof = [] } },
    };

    [Fact]
    public void The_holder_of_the_key_is_believed() => Assert.True(RegistrationProof.Holds(Relay, Asked, Answered));

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_proof_holds_for_what_it_was_made_for_and_for_nothing_else(string changed, Challenge challenge, ForgedRegistration request) =>
        Assert.False(RegistrationProof.Holds(Relay, challenge, request.ToRequest()), changed);

    [Fact]
    public void Every_bit_of_a_proof_counts()
    {
        for (var bit = 0; bit < 8 * RegistrationProof.Length; bit++)
        {
            var proof = Answered.Proof.ToArray();
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RegistrationProof.Holds(Relay, Asked, (Forged with { Proof = proof }).ToRequest()));
        }
    }

    [Fact]
    public void A_text_that_moves_from_one_field_to_the_next_makes_another_transcript()
    {
        // Both read "now" and "1" one after the other.
        var (one, other) = (Answer(Alice, Asked, epoch: "now"), Answer(Alice, Challenge(Relay.PublicKey, nonce: 1, epoch: "nown"), epoch: "ow"));

        Assert.NotEqual(one.Proof.ToArray(), other.Proof.ToArray());
    }

    [Fact]
    public void Somebody_elses_key_proves_nothing()
    {
        var request = ForgedRegistration.Of(Answer(Mallory, Asked)) with { PeerId = Alice.PeerId.Value };

        Assert.False(RegistrationProof.Holds(Relay, Asked, request.ToRequest()));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void A_key_of_low_order_can_neither_prove_nor_be_proven_to(string hex)
    {
        var low = Convert.FromHexString(hex);
        Assert.True(PeerId.TryFromPublicKey(low, out var peer));

        // Whoever registers it knows that the secret is zero, and can compute the rest as anybody can.
        var forged = Forged with { PeerId = peer.Value };
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, new byte[PeerKey.Length], 32, info: "TermChat relay registration 1"u8.ToArray());
        forged = forged with { Proof = HMACSHA256.HashData(key, Transcript(Asked, forged, low)) };

        Assert.False(RegistrationProof.Holds(Relay, Asked, forged.ToRequest()));
        Assert.False(RegistrationProof.TryAnswer(Alice, Challenge(low, nonce: 1), Here, Bytes(2), null, 0, out var request));
        Assert.Null(request);
    }

    [Fact]
    public void The_proof_is_the_MAC_that_the_protocol_describes()
    {
        var secret = new byte[PeerKey.Length];
        Assert.True(Relay.TryAgree(Alice.PublicKey, secret));
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "TermChat relay registration 1"u8.ToArray());

        Assert.Equal(HMACSHA256.HashData(key, Transcript(Asked, Forged, Alice.PublicKey)), Forged.Proof);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(31, 32)]
    [InlineData(33, 32)]
    [InlineData(32, 0)]
    [InlineData(32, 31)]
    [InlineData(32, 33)]
    public void A_challenge_of_the_wrong_size_is_not_answered(int key, int nonce)
    {
        var challenge = new Challenge { ProtocolVersion = 1, Key = RandomNumberGenerator.GetBytes(key), Nonce = new byte[nonce], Epoch = "now" };

        Assert.False(RegistrationProof.TryAnswer(Alice, challenge, Here, Bytes(2), null, 0, out _));
    }

    [Fact]
    public void A_name_cannot_be_proven() => Assert.False(RegistrationProof.Holds(Relay, Asked, (Forged with { PeerId = "alice" }).ToRequest()));

    private static byte[] Bytes(byte of) => [.. Enumerable.Repeat(of, 32)];

    private static Challenge Challenge(byte[] key, byte nonce, string epoch = "now") =>
        new() { ProtocolVersion = RelayProtocol.Version, Key = key, Nonce = Bytes(nonce), Epoch = epoch };

    private static RegisterRequest Answer(PeerKey key, Challenge challenge, string? epoch = "now") =>
        RegistrationProof.TryAnswer(key, challenge, Here, Bytes(2), epoch, 7, out var request) ? request : throw new InvalidOperationException();

    // Written a second time, from the document alone.
    private static byte[] Transcript(Challenge challenge, ForgedRegistration request, byte[] client)
    {
        byte[]?[] fields =
        [
            "TermChat relay registration 1"u8.ToArray(), Text(request.Audience), challenge.Key.ToArray(), client, challenge.Nonce.ToArray(),
            request.Nonce, Number(challenge.ProtocolVersion), Number(request.ProtocolVersion), Text(challenge.Epoch), Text(request.Epoch),
            Number(request.Sequence),
        ];
        return [.. fields.SelectMany(field => (byte[])[.. BigEndian(field?.Length ?? -1), .. field ?? []])];
    }

    private static byte[]? Text(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static byte[] Number(long number) => [.. BitConverter.GetBytes(number).Reverse()];

    private static byte[] BigEndian(int number) => [.. BitConverter.GetBytes(number).Reverse()];
}
