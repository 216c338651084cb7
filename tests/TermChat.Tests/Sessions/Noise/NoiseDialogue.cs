using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TermChat.Sessions;
using TermChat.Sessions.Noise;

namespace TermChat.Tests.Sessions.Noise;

/// <summary>An initiator and a responder with given keys, held against what others recorded of the same two.</summary>
internal sealed class NoiseDialogue : IDisposable
{
    private readonly PeerKey _initiatorKey;
    private readonly PeerKey _responderKey;
    private readonly HandshakeState _initiator;
    private readonly HandshakeState _responder;

    public NoiseDialogue(string initiator, string responder, string initiatorEphemeral, string responderEphemeral, string prologue)
    {
        _initiatorKey = PeerKey.Import(Bytes(initiator));
        _responderKey = PeerKey.Import(Bytes(responder));
        _initiator = HandshakeState.Initiator(_initiatorKey, _responderKey.PublicKey, Bytes(prologue), Ephemeral.From(Bytes(initiatorEphemeral)));
        _responder = HandshakeState.Responder(_responderKey, Bytes(prologue), Ephemeral.From(Bytes(responderEphemeral)));
    }

    public string ResponderPublicKey => Convert.ToHexStringLower(_responderKey.PublicKey);

    public string HandshakeHash
    {
        get
        {
            Assert.Equal(_initiator.HandshakeHash.Span, _responder.HandshakeHash.Span);
            return Convert.ToHexStringLower(_initiator.HandshakeHash.Span);
        }
    }

    /// <summary>Both handshake messages: each side writes what was recorded, and the other reads what was said.</summary>
    public void AssertHandshake(string firstPayload, string firstMessage, string secondPayload, string secondMessage)
    {
        AssertMessage(_initiator, _responder, HandshakeState.InitiationOverhead, firstPayload, firstMessage);
        Assert.Equal(_initiatorKey.PublicKey, _responder.RemoteStatic);
        AssertMessage(_responder, _initiator, HandshakeState.ResponseOverhead, secondPayload, secondMessage);
    }

    public (Side Initiator, Side Responder) Split()
    {
        var (initiatorSends, initiatorReceives) = _initiator.Split();
        var (responderSends, responderReceives) = _responder.Split();
        return (new Side(initiatorSends, responderReceives), new Side(responderSends, initiatorReceives));
    }

    /// <summary>The session of one side.</summary>
    public Session SessionOf(bool initiator, SessionId id) =>
        new(id, initiator ? _initiator : _responder, new SessionOptions(), new FakeTimeProvider());

    public void Dispose()
    {
        _initiator.Dispose();
        _responder.Dispose();
        _initiatorKey.Dispose();
        _responderKey.Dispose();
    }

    private static void AssertMessage(HandshakeState from, HandshakeState to, int overhead, string payload, string message)
    {
        var said = Bytes(payload);
        var written = new byte[said.Length + overhead];
        Assert.True(from.TryWriteMessage(said, written));
        Assert.Equal(message, Convert.ToHexStringLower(written));

        var read = new byte[said.Length];
        Assert.True(to.TryReadMessage(written, read));
        Assert.Equal(said, read);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    /// <summary>What one side sends, and the other receives, after the handshake.</summary>
    public sealed class Side(CipherState sending, CipherState receiving)
    {
        public void AssertMessage(ulong nonce, string ad, string payload, string ciphertext)
        {
            var said = Bytes(payload);
            var encrypted = new byte[said.Length + CipherState.TagLength];
            sending.Encrypt(nonce, Bytes(ad), said, encrypted);
            Assert.Equal(ciphertext, Convert.ToHexStringLower(encrypted));

            var read = new byte[said.Length];
            Assert.True(receiving.TryDecrypt(nonce, Bytes(ad), encrypted, read));
            Assert.Equal(said, read);
        }
    }
}
