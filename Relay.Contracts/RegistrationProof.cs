using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Contracts;

/// <summary>How a client proves to hold the private key of its PeerId. Specified, with an example, in <c>docs/protocol.md</c>.</summary>
/// <remarks>
/// A MAC over everything that <see cref="Challenge"/> and <see cref="RegisterRequest"/> say, with a key that takes one of two
/// private keys to compute: the client's, or the one the relay made for this connection. So it convinces that relay and
/// nobody else, and signs nothing.
/// </remarks>
public static class RegistrationProof
{
    /// <summary>Bytes of a proof.</summary>
    public const int Length = HMACSHA256.HashSizeInBytes;

    /// <summary>Bytes of each side's nonce.</summary>
    public const int NonceLength = 32;

    private static ReadOnlySpan<byte> Label => "TermChat relay registration 1"u8;

    /// <summary>The client's part: the registration that answers a challenge.</summary>
    /// <param name="key">The key of the PeerId to register.</param>
    /// <param name="challenge">The relay's, from this connection.</param>
    /// <param name="audience">The origin this client has dialled, by <see cref="Audience.Of"/>; never what a relay says of itself.</param>
    /// <param name="nonce"><see cref="NonceLength"/> fresh random bytes.</param>
    /// <param name="epoch">The epoch of <paramref name="sequence"/>, or null to resume nothing.</param>
    /// <param name="sequence">The last position the application has taken.</param>
    /// <param name="request">What to register with.</param>
    /// <returns>False when the challenge is malformed, as no honest relay makes one.</returns>
    public static bool TryAnswer(
        PeerKey key, Challenge challenge, string audience, ReadOnlyMemory<byte> nonce, string? epoch, long sequence,
        [NotNullWhen(true)] out RegisterRequest? request)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(challenge);
        RegisterRequest Request(byte[] proof) => new()
        {
            ProtocolVersion = RelayProtocol.Version,
            PeerId = key.PeerId.Value,
            Epoch = epoch,
            Sequence = sequence,
            Audience = audience,
            Nonce = nonce,
            Proof = proof,
        };

        var proof = new byte[Length];
        var isMade = TryCompute(key, challenge.Key.Span, challenge, Request([]), key.PublicKey, proof);
        request = isMade ? Request(proof) : null;
        return isMade;
    }

    /// <summary>The relay's part: whether the request proves its PeerId. How long it takes says nothing about how wrong a proof is.</summary>
    /// <param name="key">The key whose public half the challenge held.</param>
    /// <param name="challenge">What this connection was told.</param>
    /// <param name="request">What came on it. Whether its audience is this relay is for the caller to say.</param>
    public static bool Holds(PeerKey key, Challenge challenge, RegisterRequest request)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(request);
        Span<byte> client = stackalloc byte[PeerKey.Length];
        Span<byte> proof = stackalloc byte[Length];
        return PeerId.TryParse(request.PeerId, out var peer)
            && peer.TryGetPublicKey(client)
            && TryCompute(key, client, challenge, request, client, proof)
            && CryptographicOperations.FixedTimeEquals(proof, request.Proof.Span);
    }

    private static bool TryCompute(
        PeerKey own, ReadOnlySpan<byte> other, Challenge challenge, RegisterRequest request, ReadOnlySpan<byte> client, Span<byte> proof)
    {
        if (challenge.Nonce.Length != NonceLength || request.Nonce.Length != NonceLength)
            return false;

        Span<byte> secret = stackalloc byte[PeerKey.Length];
        Span<byte> key = stackalloc byte[HMACSHA256.HashSizeInBytes];
        try
        {
            if (!own.TryAgree(other, secret))
                return false;

            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info: Label);
            using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            Append(mac, Label);
            Append(mac, request.Audience);
            Append(mac, challenge.Key.Span);
            Append(mac, client);
            Append(mac, challenge.Nonce.Span);
            Append(mac, request.Nonce.Span);
            Append(mac, challenge.ProtocolVersion);
            Append(mac, request.ProtocolVersion);
            Append(mac, challenge.Epoch);
            Append(mac, request.Epoch);
            Append(mac, request.Sequence);
            return mac.TryGetHashAndReset(proof, out _);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // Each field with its length in front, so that no two different transcripts are the same bytes.
    private static void Append(IncrementalHash mac, ReadOnlySpan<byte> field)
    {
        AppendLength(mac, field.Length);
        mac.AppendData(field);
    }

    private static void Append(IncrementalHash mac, string? text)
    {
        if (text is null)
            AppendLength(mac, -1);
        else
            Append(mac, Encoding.UTF8.GetBytes(text));
    }

    private static void Append(IncrementalHash mac, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        Append(mac, bytes);
    }

    private static void AppendLength(IncrementalHash mac, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        mac.AppendData(bytes);
    }
}
