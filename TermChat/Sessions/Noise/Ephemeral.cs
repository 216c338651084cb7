using System.Security.Cryptography;
using Relay.Contracts;

namespace TermChat.Sessions.Noise;

/// <summary>The key pair of one handshake.</summary>
internal sealed class Ephemeral : IDisposable
{
    private readonly Secret _privateKey;

    private Ephemeral(PeerKey key)
    {
        var privateKey = key.Export();
        _privateKey = new Secret(privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        PublicKey = key.PublicKey;
    }

    public byte[] PublicKey { get; }

    public static Ephemeral Generate()
    {
        using var key = PeerKey.Generate();
        return new Ephemeral(key);
    }

    /// <summary>The key pair with this private half: for tests, which need the same bytes every time.</summary>
    public static Ephemeral From(ReadOnlySpan<byte> privateKey)
    {
        using var key = PeerKey.Import(privateKey);
        return new Ephemeral(key);
    }

    /// <inheritdoc cref="PeerKey.TryAgree"/>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        using var key = PeerKey.Import(_privateKey.Bytes);
        return key.TryAgree(publicKey, secret);
    }

    public void Dispose() => _privateKey.Dispose();
}
