using System.Security.Cryptography;
using System.Text;

namespace TermChat.Sessions.Noise;

/// <summary>Noise's SymmetricState: the chaining key and the hash of all that was said in a handshake. Not thread-safe.</summary>
internal sealed class SymmetricState : IDisposable
{
    private readonly CipherState _cipher;
    private byte[] _hash;
    private Secret _chainingKey;

    /// <param name="protocolName">Of 32 bytes or fewer, Noise takes the name itself for the first hash; of more, its hash.</param>
    public SymmetricState(string protocolName)
    {
        _cipher = new CipherState();
        _hash = new byte[SHA256.HashSizeInBytes];
        if (!Encoding.ASCII.TryGetBytes(protocolName, _hash, out _))
            throw new ArgumentException("The name is too long to be the first hash itself.", nameof(protocolName));
        _chainingKey = new Secret(_hash);
    }

    private SymmetricState(SymmetricState other)
    {
        _cipher = other._cipher.Copy();
        _hash = other._hash;
        _chainingKey = new Secret(other._chainingKey.Bytes);
    }

    /// <summary>The same on both sides exactly when both said and heard the same. No secret.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => _hash;

    /// <summary>How many bytes encryption adds now: none before the first key.</summary>
    public int TagLength => _cipher.HasKey ? CipherState.TagLength : 0;

    public void MixKey(ReadOnlySpan<byte> inputKeyMaterial)
    {
        Span<byte> output = stackalloc byte[2 * Secret.Length];
        Derive(inputKeyMaterial, output);
        _chainingKey.Dispose();
        _chainingKey = new Secret(output[..Secret.Length]);
        _cipher.InitializeKey(output[Secret.Length..]);
        CryptographicOperations.ZeroMemory(output);
    }

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        // A new array, because a copy of this state may hold the old one.
        _hash = hash.GetHashAndReset();
    }

    public void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        _cipher.EncryptWithAd(_hash, plaintext, ciphertext);
        MixHash(ciphertext);
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (!_cipher.TryDecryptWithAd(_hash, ciphertext, plaintext))
            return false;

        MixHash(ciphertext);
        return true;
    }

    /// <summary>The two ciphers of the finished handshake: the first for what the initiator sends, the second for what the responder sends.</summary>
    public (CipherState Initiator, CipherState Responder) Split()
    {
        Span<byte> output = stackalloc byte[2 * Secret.Length];
        Derive([], output);
        var (initiator, responder) = (new CipherState(), new CipherState());
        initiator.InitializeKey(output[..Secret.Length]);
        responder.InitializeKey(output[Secret.Length..]);
        CryptographicOperations.ZeroMemory(output);
        return (initiator, responder);
    }

    /// <summary>A second state that goes on from here on its own.</summary>
    public SymmetricState Copy() => new(this);

    public void Dispose()
    {
        _cipher.Dispose();
        _chainingKey.Dispose();
    }

    // Noise's HKDF is that of RFC 5869 with the chaining key for the salt, and no info. Its first step is spelled out: OpenSSL's refuses an
    // empty input, and splitting has one.
    private void Derive(ReadOnlySpan<byte> inputKeyMaterial, Span<byte> output)
    {
        Span<byte> pseudorandomKey = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_chainingKey.Bytes, inputKeyMaterial, pseudorandomKey);
        HKDF.Expand(HashAlgorithmName.SHA256, pseudorandomKey, output, []);
        CryptographicOperations.ZeroMemory(pseudorandomKey);
    }
}
