using System.Security.Cryptography;
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

    /// <summary>Each value of the two messages, changed once.</summary>
    public static TheoryData<string, Challenge, RegisterRequest> Changes => new()
    {
        { "the relay's version", new() { ProtocolVersion = 2, Key = Asked.Key, Nonce = Asked.Nonce, Epoch = Asked.Epoch }, Answered },
        { "the relay's key", Challenge(Mallory.PublicKey, nonce: 1), Answered },
        { "the relay's nonce", Challenge(Relay.PublicKey, nonce: 2), Answered },
        { "the relay's epoch", Challenge(Relay.PublicKey, nonce: 1, epoch: "next"), Answered },
        { "the client's version", Asked, Changed(version: 2) },
        { "the PeerId", Asked, Changed(peer: Mallory.PeerId.Value) },
        { "the epoch to resume", Asked, Changed(epoch: "now2") },
        { "no epoch to resume", Asked, Changed(hasEpoch: false) },
        { "an empty epoch to resume", Asked, Changed(epoch: "") },
        { "the position to resume", Asked, Changed(sequence: 8) },
        { "the audience", Asked, Changed(audience: "https://relay.example.org") },
        { "no audience", Asked, Changed(hasAudience: false) },
        { "the client's nonce", Asked, Changed(nonce: Bytes(3)) },
        { "a longer nonce", Asked, Changed(nonce: [.. Answered.Nonce.Span, 0]) },
        { "a shorter nonce", Asked, Changed(nonce: [.. Answered.Nonce.Span[1..]]) },
        { "a longer proof", Asked, Changed(proof: [.. Answered.Proof.Span, 0]) },
        { "a shorter proof", Asked, Changed(proof: [.. Answered.Proof.Span[..^1]]) },
        { "no proof", Asked, Changed(proof: []) },
    };

    [Fact]
    public void The_holder_of_the_key_is_believed() => Assert.True(RegistrationProof.Holds(Relay, Asked, Answered));

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_proof_holds_for_what_it_was_made_for_and_for_nothing_else(string changed, Challenge challenge, RegisterRequest request) =>
        Assert.False(RegistrationProof.Holds(Relay, challenge, request), changed);

    [Fact]
    public void Every_bit_of_a_proof_counts()
    {
        for (var bit = 0; bit < 8 * RegistrationProof.Length; bit++)
        {
            var proof = Answered.Proof.ToArray();
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RegistrationProof.Holds(Relay, Asked, Changed(proof: proof)));
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
        var request = Answer(Mallory, Asked);

        Assert.False(RegistrationProof.Holds(Relay, Asked, Changed(proof: request.Proof.ToArray(), nonce: request.Nonce.ToArray())));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void A_key_of_low_order_can_neither_prove_nor_be_proven_to(string hex)
    {
        var low = Convert.FromHexString(hex);
        Assert.True(PeerId.TryFromPublicKey(low, out var peer));

        Assert.False(RegistrationProof.Holds(Relay, Asked, Changed(peer: peer.Value)));
        Assert.False(RegistrationProof.TryAnswer(Alice, Challenge(low, nonce: 1), Here, Bytes(2), null, 0, out var request));
        Assert.Null(request);
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
    public void A_name_cannot_be_proven() => Assert.False(RegistrationProof.Holds(Relay, Asked, Changed(peer: "alice")));

    private static byte[] Bytes(byte of) => [.. Enumerable.Repeat(of, 32)];

    private static Challenge Challenge(byte[] key, byte nonce, string epoch = "now") =>
        new() { ProtocolVersion = RelayProtocol.Version, Key = key, Nonce = Bytes(nonce), Epoch = epoch };

    private static RegisterRequest Answer(PeerKey key, Challenge challenge, string? epoch = "now") =>
        RegistrationProof.TryAnswer(key, challenge, Here, Bytes(2), epoch, 7, out var request) ? request : throw new InvalidOperationException();

    private static RegisterRequest Changed(
        int version = RelayProtocol.Version, string? peer = null, string epoch = "now", bool hasEpoch = true, long sequence = 7,
        string audience = Here, bool hasAudience = true, byte[]? nonce = null, byte[]? proof = null) => new()
        {
            ProtocolVersion = version,
            PeerId = peer ?? Answered.PeerId,
            Epoch = hasEpoch ? epoch : null,
            Sequence = sequence,
            Audience = hasAudience ? audience : null,
            Nonce = nonce ?? Answered.Nonce,
            Proof = proof ?? Answered.Proof,
        };
}
