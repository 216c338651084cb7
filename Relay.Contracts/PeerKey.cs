using NSec.Cryptography;

namespace Relay.Contracts;

/// <summary>The X25519 key pair whose public half is a PeerId. Wiped when disposed.</summary>
/// <remarks>Safe to use from several threads at once. Nothing that prints it can reveal it.</remarks>
public sealed class PeerKey : IDisposable
{
    /// <summary>Bytes of a private key, of a public key, and of a secret two keys agree on.</summary>
    public const int Length = 32;

    private static readonly KeyAgreementAlgorithm X25519 = KeyAgreementAlgorithm.X25519;
    private readonly Key _key;

    // Made when it is asked for: a key that lasts for one handshake has no use for an address. Two threads make the same one.
    private PeerId _peerId;

    private PeerKey(Key key) => _key = key;

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };

    /// <summary>The public half as an address.</summary>
    public PeerId PeerId
    {
        get
        {
            if (_peerId == default)
            {
                _peerId = PeerId.TryFromPublicKey(PublicKey, out var peer)
                    ? peer
                    : throw new InvalidOperationException("X25519 made a public key it would not write.");
            }

            return _peerId;
        }
    }

    /// <summary>The public half; <see cref="Length"/> bytes.</summary>
    public byte[] PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>A new key from the system's randomness.</summary>
    public static PeerKey Generate() => new(Key.Create(X25519, Exportable));

    /// <summary>The key with this private half.</summary>
    /// <param name="privateKey"><see cref="Length"/> bytes. The caller wipes them.</param>
    /// <exception cref="FormatException">There are more or fewer bytes.</exception>
    public static PeerKey Import(ReadOnlySpan<byte> privateKey) =>
        Key.TryImport(X25519, privateKey, KeyBlobFormat.RawPrivateKey, out var key, Exportable)
            ? new PeerKey(key!)
            : throw new FormatException($"A private key has {Length} bytes, this one {privateKey.Length}.");

    /// <summary>The private half, to be kept in a file. The caller wipes it.</summary>
    public byte[] Export() => _key.Export(KeyBlobFormat.RawPrivateKey);

    /// <summary>Computes the secret this key shares with another.</summary>
    /// <param name="publicKey">The other's public half; <see cref="Length"/> bytes.</param>
    /// <param name="secret">Gets <see cref="Length"/> bytes, unevenly distributed: input for a key derivation, no key. The caller wipes it.</param>
    /// <returns>False when the public half is one of the few (of low order) with which the secret would be no secret.</returns>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
    {
        if (!NSec.Cryptography.PublicKey.TryImport(X25519, publicKey, KeyBlobFormat.RawPublicKey, out var other))
            return false;

        var parameters = new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using var shared = X25519.Agree(_key, other!, parameters);
        return shared is not null && shared.TryExport(SharedSecretBlobFormat.RawSharedSecret, secret, out var length) && length == Length;
    }

    public void Dispose() => _key.Dispose();

    public override string ToString() => $"key of {PeerId}";
}
