using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Contracts;

/// <summary>The address of a peer: its public key in text, or a plain name.</summary>
/// <remarks>
/// A <b>key</b> is an X25519 public key in bech32m with the prefix <c>tc</c>: <see cref="KeyPrefix"/>, then 58 characters, the last
/// six of them a checksum that catches typing errors. Whoever registers it proves to hold its private key. There is exactly one
/// text for each key.
/// <para>
/// A <b>name</b> is 1 to <see cref="MaxNameLength"/> characters of <c>a-z 0-9 . _ -</c>, starting with a letter or digit and
/// not with <see cref="KeyPrefix"/>. Nobody can prove to own one. A key is longer than any name, so the two cannot collide.
/// </para>
/// <para>Printing a PeerId never reveals it; <see cref="Value"/> does.</para>
/// </remarks>
public readonly record struct PeerId
{
    /// <summary>How many characters a plain name may have.</summary>
    public const int MaxNameLength = 32;

    /// <summary>How many characters a key has.</summary>
    public const int KeyTextLength = 61;

    /// <summary>What a PeerId that is a public key starts with. No name does.</summary>
    public const string KeyPrefix = "tc1";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly byte[] TagKey = RandomNumberGenerator.GetBytes(32);

    private readonly string? _value;

    private PeerId(string value) => _value = value;

    /// <summary>The text that goes over the wire. Not for logs.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is a public key, and so can be proven. Else it is a name, or none at all.</summary>
    public bool IsKey => _value is { Length: KeyTextLength };

    /// <summary>Reads a PeerId.</summary>
    /// <exception cref="FormatException">The text is no PeerId; the message says what one looks like, and does not repeat the text.</exception>
    public static PeerId Parse(string text) => TryParse(text, out var peer)
        ? peer
        : throw new FormatException(LooksLikeKey(text)
            ? $"This is no PeerId, though it starts like one: a character is wrong, missing or too many. A key has {KeyTextLength} characters, all lower case."
            : $"This is no PeerId. A PeerId is a key of {KeyTextLength} characters that starts with '{KeyPrefix}', or a name of 1 to {MaxNameLength} " +
                "characters from a-z, 0-9, '.', '_' and '-', starting with a letter or digit.");

    public static bool TryParse(string? text, out PeerId peer)
    {
        peer = default;
        if (LooksLikeKey(text))
        {
            Span<byte> key = stackalloc byte[PeerKey.Length];
            if (!Bech32.TryDecode(KeyPrefix, text, key) || !IsCanonical(key))
                return false;
        }
        else if (!IsName(text))
        {
            return false;
        }

        peer = new PeerId(text);
        return true;
    }

    /// <summary>The PeerId that is this public key.</summary>
    /// <param name="publicKey"><see cref="PeerKey.Length"/> bytes.</param>
    /// <returns>False if the bytes are no public key as X25519 writes them. That a key is a weak one shows only when it is used.</returns>
    public static bool TryFromPublicKey(ReadOnlySpan<byte> publicKey, out PeerId peer)
    {
        peer = default;
        if (publicKey.Length != PeerKey.Length || !IsCanonical(publicKey))
            return false;

        peer = new PeerId(Bech32.Encode(KeyPrefix, publicKey));
        return true;
    }

    /// <summary>Writes the public key this PeerId is.</summary>
    /// <param name="publicKey"><see cref="PeerKey.Length"/> bytes.</param>
    /// <returns>False for a name.</returns>
    public bool TryGetPublicKey(Span<byte> publicKey) => IsKey && Bech32.TryDecode(KeyPrefix, _value!, publicKey);

    /// <summary>Whether the text is meant to be a key, right or wrong.</summary>
    public static bool LooksLikeKey([NotNullWhen(true)] string? text) => text?.StartsWith(KeyPrefix, StringComparison.Ordinal) == true;

    /// <summary>A tag to follow a peer by within one run of the program: the same peer, the same tag; useless afterwards.</summary>
    public override string ToString() => _value is null
        ? "peer#none"
        : "peer#" + Convert.ToHexStringLower(HMACSHA256.HashData(TagKey, Encoding.UTF8.GetBytes(_value)), 0, 4);

    private static bool IsName([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Whether the little-endian number is below 2^255 - 19. X25519 takes others too, as further names of the same key.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> key) =>
        key[31] < 0x7f || (key[31] == 0x7f && (key[0] < 0xed || key[1..31].ContainsAnyExcept((byte)0xff)));
}
