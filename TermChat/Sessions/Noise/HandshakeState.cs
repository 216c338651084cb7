using System.Security.Cryptography;
using Relay.Contracts;

namespace TermChat.Sessions.Noise;

/// <summary>Noise's HandshakeState for the pattern IK: the initiator knows the responder's key before it begins.</summary>
/// <remarks>
/// <code>
/// &lt;- s
/// -> e, es, s, ss
/// &lt;- e, ee, se
/// </code>
/// Each side writes one message and reads one, each with a payload, and then splits. Not thread-safe.
/// </remarks>
internal sealed class HandshakeState : IDisposable
{
    public const string ProtocolName = "Noise_IK_25519_ChaChaPoly_SHA256";

    /// <summary>What the initiator's message adds to its payload.</summary>
    public const int InitiationOverhead = (2 * PeerKey.Length) + (2 * CipherState.TagLength);

    /// <summary>What the responder's message adds to its payload.</summary>
    public const int ResponseOverhead = PeerKey.Length + CipherState.TagLength;

    private static readonly Token[][] Pattern = [[Token.E, Token.ES, Token.S, Token.SS], [Token.E, Token.EE, Token.SE]];

    private readonly PeerKey _s;
    private readonly bool _isInitiator;
    private SymmetricState _symmetric;
    private Ephemeral? _e;
    private byte[]? _rs;
    private byte[]? _re;
    private int _next;

    private HandshakeState(PeerKey s, byte[]? rs, ReadOnlySpan<byte> prologue, Ephemeral? e)
    {
        _s = s;
        _rs = rs;
        _e = e;
        _isInitiator = rs is not null;
        _symmetric = new SymmetricState(ProtocolName);
        _symmetric.MixHash(prologue);
        _symmetric.MixHash(rs ?? s.PublicKey);
    }

    private enum Token
    {
        E,
        S,
        EE,
        ES,
        SE,
        SS,
    }

    /// <summary>The other side's public key: known to the initiator from the start, to the responder once it has read.</summary>
    public ReadOnlySpan<byte> RemoteStatic => _rs;

    /// <inheritdoc cref="SymmetricState.HandshakeHash"/>
    public ReadOnlyMemory<byte> HandshakeHash => _symmetric.HandshakeHash;

    /// <param name="s">This side's key, which stays the caller's.</param>
    /// <param name="e">The ephemeral key, for tests; it is disposed with the handshake. Without one, it is a fresh one.</param>
    public static HandshakeState Initiator(PeerKey s, ReadOnlySpan<byte> rs, ReadOnlySpan<byte> prologue, Ephemeral? e = null) =>
        new(s, rs.ToArray(), prologue, e);

    /// <inheritdoc cref="Initiator"/>
    public static HandshakeState Responder(PeerKey s, ReadOnlySpan<byte> prologue, Ephemeral? e = null) => new(s, null, prologue, e);

    /// <param name="message">As long as the payload and the overhead of this message.</param>
    /// <returns>False when the other side's key is one of the weak ones. The handshake is of no more use then.</returns>
    public bool TryWriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        foreach (var token in Turn(writing: true))
        {
            switch (token)
            {
                case Token.E:
                    _e ??= Ephemeral.Generate();
                    _e.PublicKey.CopyTo(message);
                    _symmetric.MixHash(_e.PublicKey);
                    message = message[PeerKey.Length..];
                    break;
                case Token.S:
                    var length = PeerKey.Length + _symmetric.TagLength;
                    _symmetric.EncryptAndHash(_s.PublicKey, message[..length]);
                    message = message[length..];
                    break;
                default:
                    if (!TryMixAgreement(_symmetric, token, _rs, _re))
                        return false;
                    break;
            }
        }

        _symmetric.EncryptAndHash(payload, message);
        _next++;
        return true;
    }

    /// <param name="payload">As long as the message without its overhead.</param>
    /// <returns>False when the message is not authentic. The handshake is as it was then, and can read another.</returns>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        // Anybody can send a wrong answer; it must not take the place of the right one that is still to come.
        var trial = _symmetric.Copy();
        if (!TryRead(trial, message, payload, out var rs, out var re))
        {
            trial.Dispose();
            return false;
        }

        _symmetric.Dispose();
        (_symmetric, _rs, _re) = (trial, rs, re);
        _next++;
        return true;
    }

    /// <summary>The ciphers for what this side sends and for what it receives, once both messages went.</summary>
    public (CipherState Sending, CipherState Receiving) Split()
    {
        if (_next != Pattern.Length)
            throw new InvalidOperationException("The handshake is not over.");

        var (initiator, responder) = _symmetric.Split();
        return _isInitiator ? (initiator, responder) : (responder, initiator);
    }

    public void Dispose()
    {
        _symmetric.Dispose();
        _e?.Dispose();
    }

    private bool TryRead(SymmetricState symmetric, ReadOnlySpan<byte> message, Span<byte> payload, out byte[]? rs, out byte[]? re)
    {
        (rs, re) = (_rs, _re);
        foreach (var token in Turn(writing: false))
        {
            switch (token)
            {
                case Token.E:
                    re = message[..PeerKey.Length].ToArray();
                    symmetric.MixHash(re);
                    message = message[PeerKey.Length..];
                    break;
                case Token.S:
                    var length = PeerKey.Length + symmetric.TagLength;
                    rs = new byte[PeerKey.Length];
                    if (!symmetric.TryDecryptAndHash(message[..length], rs))
                        return false;
                    message = message[length..];
                    break;
                default:
                    if (!TryMixAgreement(symmetric, token, rs, re))
                        return false;
                    break;
            }
        }

        return symmetric.TryDecryptAndHash(message, payload);
    }

    private bool TryMixAgreement(SymmetricState symmetric, Token token, byte[]? rs, byte[]? re)
    {
        Span<byte> secret = stackalloc byte[Secret.Length];
        // The first letter is the initiator's key, the second the responder's.
        var agreed = (token, _isInitiator) switch
        {
            (Token.EE, _) => _e!.TryAgree(re, secret),
            (Token.SS, _) => _s.TryAgree(rs, secret),
            (Token.ES, true) or (Token.SE, false) => _e!.TryAgree(rs, secret),
            _ => _s.TryAgree(re, secret),
        };
        if (agreed)
            symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return agreed;
    }

    private Token[] Turn(bool writing)
    {
        var initiatorsTurn = _next == 0;
        return _next < Pattern.Length && initiatorsTurn == (_isInitiator == writing)
            ? Pattern[_next]
            : throw new InvalidOperationException("It is not this side's turn.");
    }
}
