using Relay.Contracts;
using TermChat.Sessions.Noise;

namespace TermChat.Tests.Sessions.Noise;

/// <summary>What a handshake does with wrong messages and weak keys.</summary>
public sealed class HandshakeStateTests : IDisposable
{
    // The points of low order, by the u coordinate, in the form in which a PeerId or an ephemeral key can have them.
    public static readonly TheoryData<string> WeakKeys =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    private readonly PeerKey _alice = PeerKey.Generate();
    private readonly PeerKey _bob = PeerKey.Generate();
    private readonly HandshakeState _initiator;
    private readonly HandshakeState _responder;

    public HandshakeStateTests()
    {
        _initiator = HandshakeState.Initiator(_alice, _bob.PublicKey, "p"u8);
        _responder = HandshakeState.Responder(_bob, "p"u8);
    }

    [Fact]
    public void Every_handshake_has_its_own_ephemeral_key()
    {
        using var other = HandshakeState.Initiator(_alice, _bob.PublicKey, "p"u8);

        Assert.NotEqual(Write(_initiator)[..PeerKey.Length], Write(other)[..PeerKey.Length]);
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed_and_the_right_message_is_still_understood()
    {
        var first = Write(_initiator);
        AssertNoticesFlips(_responder, first, HandshakeState.InitiationOverhead);

        var second = new byte[HandshakeState.ResponseOverhead + 2];
        Assert.True(_responder.TryWriteMessage("ok"u8, second));
        AssertNoticesFlips(_initiator, second, HandshakeState.ResponseOverhead);
    }

    [Fact]
    public void Another_prologue_is_another_conversation()
    {
        using var elsewhere = HandshakeState.Responder(_bob, "q"u8);

        Assert.False(elsewhere.TryReadMessage(Write(_initiator), new byte[5]));
    }

    [Fact]
    public void A_message_to_somebody_else_is_not_understood()
    {
        using var carol = PeerKey.Generate();
        using var responder = HandshakeState.Responder(carol, "p"u8);

        Assert.False(responder.TryReadMessage(Write(_initiator), new byte[5]));
    }

    [Theory]
    [MemberData(nameof(WeakKeys))]
    public void Nothing_is_written_to_a_weak_key(string weak)
    {
        using var initiator = HandshakeState.Initiator(_alice, Convert.FromHexString(weak), "p"u8);

        Assert.False(initiator.TryWriteMessage("hello"u8, new byte[HandshakeState.InitiationOverhead + 5]));
    }

    [Theory]
    [MemberData(nameof(WeakKeys))]
    public void Nothing_is_read_with_a_weak_ephemeral_key(string weak)
    {
        var first = Write(_initiator);
        Assert.True(_responder.TryReadMessage(first, new byte[5]));
        var second = new byte[HandshakeState.ResponseOverhead];
        Assert.True(_responder.TryWriteMessage([], second));
        using var other = HandshakeState.Responder(_bob, "p"u8);

        Convert.FromHexString(weak).CopyTo(first, 0);
        Convert.FromHexString(weak).CopyTo(second, 0);

        Assert.False(other.TryReadMessage(first, new byte[5]));
        Assert.False(_initiator.TryReadMessage(second, []));
    }

    [Fact]
    public void Nobody_speaks_out_of_turn()
    {
        Assert.Throws<InvalidOperationException>(() => _initiator.Split());
        Assert.Throws<InvalidOperationException>(() => _responder.TryWriteMessage([], new byte[HandshakeState.ResponseOverhead]));
        Write(_initiator);
        Assert.Throws<InvalidOperationException>(() => Write(_initiator));
    }

    [Fact]
    public void What_was_wiped_is_no_key()
    {
        using var cipher = new CipherState();
        cipher.InitializeKey(new byte[Secret.Length]);
        cipher.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cipher.Encrypt(0, [], [], new byte[CipherState.TagLength]));
        _initiator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Write(_initiator));
    }

    [Fact]
    public void The_highest_nonce_is_never_used()
    {
        using var cipher = new CipherState();
        cipher.InitializeKey(new byte[Secret.Length]);

        Assert.Throws<ArgumentOutOfRangeException>(() => cipher.Encrypt(ulong.MaxValue, [], [], new byte[CipherState.TagLength]));
        Assert.False(cipher.TryDecrypt(ulong.MaxValue, [], new byte[CipherState.TagLength], []));
    }

    public void Dispose()
    {
        _initiator.Dispose();
        _responder.Dispose();
        _alice.Dispose();
        _bob.Dispose();
    }

    private static byte[] Write(HandshakeState initiator)
    {
        var message = new byte[HandshakeState.InitiationOverhead + 5];
        Assert.True(initiator.TryWriteMessage("hello"u8, message));
        return message;
    }

    private static void AssertNoticesFlips(HandshakeState reader, byte[] message, int overhead)
    {
        var payload = new byte[message.Length - overhead];
        for (var at = 0; at < message.Length; at++)
        {
            // X25519 ignores the highest bit of a key, but the hash of the handshake does not.
            message[at] ^= 0x80;
            Assert.False(reader.TryReadMessage(message, payload));
            message[at] ^= 0x80;
        }

        Assert.True(reader.TryReadMessage(message, payload));
    }
}
