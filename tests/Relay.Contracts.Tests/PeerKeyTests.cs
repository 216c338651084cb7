using CsCheck;

namespace Relay.Contracts.Tests;

/// <summary>PeerIds that are public keys. Their texts were computed by another implementation of bech32m, npm's bech32 2.0.0.</summary>
public sealed class PeerKeyTests
{
    // The keys of RFC 7748, section 6.1.
    private const string AlicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private const string AliceText = "tc1s5s0qzvfxzn4gayt0hwtg0hhtgxm7wsdycup4a8t5j5ca25mfe4qpulse5";
    private const string BobPrivate = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    private const string BobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    private const string BobText = "tc1m60dkltm0hqmf56mv8pweep4xulcxs7gtduxwnddl3lpgmug9d8s9ynjk9";
    private const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

    [Theory]
    [InlineData(AlicePublic, AliceText)]
    [InlineData(BobPublic, BobText)]
    [InlineData("0900000000000000000000000000000000000000000000000000000000000000", "tc1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq2wt6aj")]
    public void A_public_key_has_one_text_and_the_text_one_key(string hex, string text)
    {
        Assert.True(PeerId.TryFromPublicKey(Convert.FromHexString(hex), out var peer));
        Assert.Equal(text, peer.Value);
        Assert.Equal(peer, PeerId.Parse(text));
        Assert.True(peer.IsKey);

        var key = new byte[PeerKey.Length];
        Assert.True(peer.TryGetPublicKey(key));
        Assert.Equal(hex, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void Two_keys_agree_on_the_secret_of_RFC_7748()
    {
        using var bob = PeerKey.Import(Convert.FromHexString(BobPrivate));
        var secret = new byte[PeerKey.Length];

        Assert.True(bob.TryAgree(Convert.FromHexString(AlicePublic), secret));

        Assert.Equal(BobText, bob.PeerId.Value);
        Assert.Equal(Shared, Convert.ToHexStringLower(secret));
    }

    [Fact]
    public void The_public_half_outlives_the_private_one()
    {
        var bob = PeerKey.Import(Convert.FromHexString(BobPrivate));
        bob.Dispose();

        Assert.Equal(BobText, bob.PeerId.Value);
        Assert.Equal(BobPublic, Convert.ToHexStringLower(bob.PublicKey));
    }

    [Fact]
    public void A_wrong_swapped_missing_or_added_character_is_noticed()
    {
        const string alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        Assert.All(Enumerable.Range(0, BobText.Length), at =>
        {
            foreach (var other in alphabet.Where(letter => letter != BobText[at]))
                Assert.False(PeerId.TryParse(string.Concat(BobText.AsSpan(0, at), [other], BobText.AsSpan(at + 1)), out _));
            Assert.False(PeerId.TryParse(BobText.Remove(at, 1), out _));
            Assert.False(PeerId.TryParse(BobText.Insert(at, "q"), out _));
            if (at > 0 && BobText[at] != BobText[at - 1])
                Assert.False(PeerId.TryParse(string.Concat(BobText.AsSpan(0, at - 1), [BobText[at], BobText[at - 1]], BobText.AsSpan(at + 1)), out _));
        });
    }

    [Fact]
    public void Up_to_four_wrong_characters_are_always_noticed() =>
        Gen.Select(Gen.Int[3, BobText.Length - 1].HashSet[1, 4], Gen.Int[1, 31]).Sample((places, turn) =>
        {
            const string alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
            var text = BobText.ToCharArray();
            foreach (var at in places)
                text[at] = alphabet[(alphabet.IndexOf(text[at], StringComparison.Ordinal) + turn) % alphabet.Length];
            return !PeerId.TryParse(new string(text), out _);
        });

    [Fact]
    public void Any_key_survives_its_text() => Gen.Byte.Array[PeerKey.Length].Sample(bytes =>
    {
        bytes[31] &= 0x7e;
        Assert.True(PeerId.TryFromPublicKey(bytes, out var peer));
        var read = new byte[PeerKey.Length];
        Assert.True(PeerId.Parse(peer.Value).TryGetPublicKey(read));
        Assert.Equal(bytes, read);
    });

    [Theory]
    [InlineData("ee")] // p + 1 is another way to write 1: a second address for the same key.
    [InlineData("ed")]
    [InlineData("ff")]
    public void A_second_way_to_write_a_key_is_no_PeerId(string lowest)
    {
        var key = Convert.FromHexString(lowest + string.Concat(Enumerable.Repeat("ff", 30)) + "7f");
        Assert.False(PeerId.TryFromPublicKey(key, out _));

        var high = Convert.FromHexString(BobPublic);
        high[31] |= 0x80;
        Assert.False(PeerId.TryFromPublicKey(high, out _));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void With_a_point_of_low_order_there_is_no_secret(string hex)
    {
        using var key = PeerKey.Generate();

        Assert.False(key.TryAgree(Convert.FromHexString(hex), new byte[PeerKey.Length]));
    }

    [Fact]
    public void Upper_case_is_no_PeerId() => Assert.False(PeerId.TryParse(BobText.ToUpperInvariant(), out _));

    [Fact]
    public void A_name_is_no_key_and_has_none()
    {
        var name = PeerId.Parse("alice");

        Assert.False(name.IsKey);
        Assert.False(name.TryGetPublicKey(new byte[PeerKey.Length]));
    }

    [Fact]
    public void A_key_comes_back_from_what_was_exported()
    {
        using var key = PeerKey.Generate();
        using var again = PeerKey.Import(key.Export());

        Assert.Equal(key.PeerId, again.PeerId);
        Assert.Throws<FormatException>(() => PeerKey.Import(new byte[31]));
    }

    [Fact]
    public void Printing_a_key_reveals_neither_half()
    {
        using var key = PeerKey.Import(Convert.FromHexString(BobPrivate));

        Assert.DoesNotContain("5dab", key.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(BobText, key.ToString(), StringComparison.Ordinal);
    }
}
