using System.Buffers.Binary;
using NSec.Cryptography;

namespace TermChat.Sessions.Noise;

/// <summary>Noise's CipherState: ChaCha20-Poly1305 with a key and a nonce that counts up.</summary>
/// <remarks>
/// Within a handshake the nonce counts by itself. Once a handshake is over, each message names its own: what is lost or late on the
/// way must not stop what comes after it. Not thread-safe.
/// </remarks>
internal sealed class CipherState : IDisposable
{
    public const int TagLength = 16;

    /// <summary>Noise keeps the highest nonce for itself: no message may have it.</summary>
    public const ulong MaxNonce = ulong.MaxValue - 1;

    private static readonly ChaCha20Poly1305 Cipher = AeadAlgorithm.ChaCha20Poly1305;
    private Secret? _key;
    private ulong _nonce;

    public bool HasKey => _key is not null;

    public void InitializeKey(ReadOnlySpan<byte> key)
    {
        _key?.Dispose();
        _key = new Secret(key);
        _nonce = 0;
    }

    /// <summary>Encrypts with the next nonce, or copies when there is no key yet.</summary>
    /// <param name="ciphertext">Gets the plaintext's length and, with a key, <see cref="TagLength"/> bytes more.</param>
    public void EncryptWithAd(ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        if (HasKey)
            Encrypt(_nonce++, ad, plaintext, ciphertext);
        else
            plaintext.CopyTo(ciphertext);
    }

    /// <summary>Decrypts with the next nonce, or copies when there is no key yet. What is not authentic takes no nonce.</summary>
    public bool TryDecryptWithAd(ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (!HasKey)
            return ciphertext.TryCopyTo(plaintext);
        if (!TryDecrypt(_nonce, ad, ciphertext, plaintext))
            return false;

        _nonce++;
        return true;
    }

    /// <summary>Encrypts with this nonce, which the caller never uses again.</summary>
    public void Encrypt(ulong nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nonce, MaxNonce);
        using var key = ImportKey();
        Span<byte> written = stackalloc byte[Cipher.NonceSize];
        Write(nonce, written);
        Cipher.Encrypt(key, written, ad, plaintext, ciphertext);
    }

    /// <summary>Decrypts what was encrypted with this nonce; false when it is not authentic.</summary>
    public bool TryDecrypt(ulong nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (nonce > MaxNonce || ciphertext.Length < TagLength)
            return false;

        using var key = ImportKey();
        Span<byte> written = stackalloc byte[Cipher.NonceSize];
        Write(nonce, written);
        return Cipher.Decrypt(key, written, ad, ciphertext, plaintext);
    }

    /// <summary>A second state that goes on from here on its own.</summary>
    public CipherState Copy()
    {
        var copy = new CipherState { _nonce = _nonce };
        if (_key is not null)
            copy._key = new Secret(_key.Bytes);
        return copy;
    }

    public void Dispose() => _key?.Dispose();

    private Key ImportKey() => _key is null
        ? throw new InvalidOperationException("There is no key yet.")
        : Key.Import(Cipher, _key.Bytes, KeyBlobFormat.RawSymmetricKey);

    // Noise's nonce for this cipher: four zero bytes, then the number, little-endian.
    private static void Write(ulong nonce, Span<byte> written)
    {
        written.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(written[4..], nonce);
    }
}
