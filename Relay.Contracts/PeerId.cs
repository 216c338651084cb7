using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Contracts;

/// <summary>The address of a peer.</summary>
/// <remarks>
/// So far a PeerId is a plain name: 1 to <see cref="MaxNameLength"/> characters of <c>a-z 0-9 . _ -</c>, starting with a letter
/// or digit. Nobody can prove to own a name. PeerIds that are public keys start with <see cref="KeyPrefix"/> and are longer
/// than any name, so the two forms cannot collide; they are not accepted yet.
/// <para>Printing a PeerId never reveals it; <see cref="Value"/> does.</para>
/// </remarks>
public readonly record struct PeerId
{
    /// <summary>How many characters a plain name may have.</summary>
    public const int MaxNameLength = 32;

    /// <summary>What a PeerId that is a public key starts with. No name does.</summary>
    public const string KeyPrefix = "tc1";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly byte[] TagKey = RandomNumberGenerator.GetBytes(32);

    private readonly string? _value;

    private PeerId(string value) => _value = value;

    /// <summary>The text that goes over the wire. Not for logs.</summary>
    public string Value => _value ?? "";

    /// <summary>Reads a PeerId.</summary>
    /// <exception cref="FormatException">The text is no PeerId; the message says what one looks like, and does not repeat the text.</exception>
    public static PeerId Parse(string text) => TryParse(text, out var peer)
        ? peer
        : throw new FormatException(
            $"This is no PeerId. A PeerId is a name of 1 to {MaxNameLength} characters from a-z, 0-9, '.', '_' and '-', " +
            $"starting with a letter or digit and not with '{KeyPrefix}'.");

    public static bool TryParse(string? text, out PeerId peer)
    {
        peer = default;
        if (text is null || text.Length is 0 or > MaxNameLength || !char.IsAsciiLetterOrDigit(text[0]))
            return false;
        if (text.AsSpan().ContainsAnyExcept(NameCharacters) || text.StartsWith(KeyPrefix, StringComparison.Ordinal))
            return false;

        peer = new PeerId(text);
        return true;
    }

    /// <summary>A tag to follow a peer by within one run of the program: the same peer, the same tag; useless afterwards.</summary>
    public override string ToString() => _value is null
        ? "peer#none"
        : "peer#" + Convert.ToHexStringLower(HMACSHA256.HashData(TagKey, Encoding.UTF8.GetBytes(_value)), 0, 4);
}
