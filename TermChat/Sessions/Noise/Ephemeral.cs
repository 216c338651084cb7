using System.Security.Cryptography;
using Relay.Contracts;

namespace TermChat.Sessions.Noise;

/// <summary>The key pair of one handshake.</summary>
internal sealed class Ephemeral : IDisposable
{
    private readonly Secret _privateKey;

    /// <summary>The key pair with this private half: for tests, which need the same bytes every time.</summary>
    public Ephemeral(ReadOnlySpan<byte> privateKey)
    {
        using var key = PeerKey.Import(privateKey);
        _privateKey = new Secret(privateKey);
        PublicKey = key.PublicKey;
    }

    public byte[] PublicKey { get; }

    public static Ephemeral Generate()
    {
        using var key = PeerKey.Generate();
        var privateKey = key.Export();
        try
        {
            return new Ephemeral(privateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <inheritdoc cref="PeerKey.TryAgree"/>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        using var key = PeerKey.Import(_privateKey.Bytes);
        return key.TryAgree(publicKey, secret);
    }

    public void Dispose() => _privateKey.Dispose();
}
