using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Relay.Contracts;

namespace TermChat.Identity;

/// <summary>A private key as text: a line of comment, the key in hexadecimal digits, and its PeerId.</summary>
/// <remarks>
/// The PeerId is there to be compared: a damaged digit of the key would otherwise be another key, and the person
/// somebody else without a word. In bytes, never in strings: those cannot be wiped.
/// </remarks>
internal static class KeyText
{
    /// <summary>No key file is longer, in bytes.</summary>
    public const int MaxLength = 1024;

    private const int Digits = 2 * PeerKey.Length;
    private const string Comment = "# The private key of your TermChat identity. Whoever has it is you: show it to nobody, keep a copy in a safe place.\n";

    private static readonly SearchValues<byte> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>The caller wipes what it gets.</summary>
    public static byte[] Write(PeerKey key)
    {
        var (start, end) = (Encoding.ASCII.GetBytes(Comment), Encoding.ASCII.GetBytes($"\n{key.PeerId.Value}\n"));
        var text = GC.AllocateArray<byte>(start.Length + Digits + end.Length, pinned: true);
        var privateKey = key.Export();
        start.CopyTo(text, 0);
        Convert.TryToHexStringLower(privateKey, text.AsSpan(start.Length), out _);
        end.CopyTo(text, start.Length + Digits);
        CryptographicOperations.ZeroMemory(privateKey);
        return text;
    }

    /// <exception cref="FormatException">This is no key; the message says what it is, in a sentence, and does not repeat it.</exception>
    public static PeerKey Read(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            throw new FormatException("It is empty.");
        if (text.Length > MaxLength)
            throw new FormatException($"It is longer than the {MaxLength} bytes a key file has at most.");

        var digits = NextLine(ref text);
        if (digits.StartsWith("#"u8))
            digits = NextLine(ref text);
        var peer = NextLine(ref text);
        if (digits.ContainsAnyExcept(Hexadecimal))
            throw new FormatException("Where the key should be is something else than hexadecimal digits.");
        if (digits.Length != Digits)
            throw new FormatException($"The key has {digits.Length} digits instead of {Digits}: {(digits.Length < Digits ? "something is cut off" : "something was added")}.");
        if (peer.IsEmpty)
            throw new FormatException("The PeerId after the key is missing: something is cut off.");
        if (!text.IsEmpty)
            throw new FormatException("There is something after the PeerId, where the file should end.");

        Span<byte> privateKey = stackalloc byte[PeerKey.Length];
        try
        {
            Convert.FromHexString(digits, privateKey, out _, out _);
            return Import(privateKey, peer);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    private static PeerKey Import(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peer)
    {
        var key = PeerKey.Import(privateKey);
        if (peer.SequenceEqual(Encoding.ASCII.GetBytes(key.PeerId.Value)))
            return key;

        key.Dispose();
        throw new FormatException("The key and the PeerId after it do not belong together: one of them was changed.");
    }

    /// <summary>Takes the next line that holds something off the text.</summary>
    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = text[line.Length..].TrimStart(" \t\r\n"u8);
        return line.TrimEnd(" \t\r"u8);
    }
}
