using System.Security.Cryptography;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>The challenge of one connection, until it is answered or the connection ends.</summary>
/// <remarks>
/// Safe to call from any thread. The private key lies in plain memory: as a <see cref="PeerKey"/> it would lie between guarded
/// pages, of which a process may have so few that some ten thousand idle connections end it. It is worth nothing after this
/// connection's registration, and is wiped then.
/// </remarks>
internal sealed class OpenChallenge
{
    private byte[]? _privateKey = RandomNumberGenerator.GetBytes(PeerKey.Length);

    public OpenChallenge(string epoch)
    {
        using var key = PeerKey.Import(_privateKey);
        Message = new Challenge
        {
            ProtocolVersion = RelayProtocol.Version,
            Key = key.PublicKey,
            Nonce = RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength),
            Epoch = epoch,
        };
    }

    /// <summary>What the client is told.</summary>
    public Challenge Message { get; }

    /// <summary>Whether this request answers the challenge. Only the first one can.</summary>
    public bool IsAnsweredBy(RegisterRequest request)
    {
        if (Interlocked.Exchange(ref _privateKey, null) is not { } privateKey)
            return false;

        try
        {
            using var key = PeerKey.Import(privateKey);
            return RegistrationProof.Holds(key, Message, request);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>From here on nothing answers it.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _privateKey, null) is { } privateKey)
            CryptographicOperations.ZeroMemory(privateKey);
    }
}
