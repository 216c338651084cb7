namespace Relay.Contracts;

/// <summary>Bytes as text that catches typing errors: bech32m, as BIP 350 has it, lower case only.</summary>
/// <remarks>
/// Its checksum finds every up to four wrong characters in a text of this length, and all but one in a billion of the rest. Lower
/// case only, because two texts for one key would be two peers to whoever compares text.
/// </remarks>
internal static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;
    private const uint Constant = 0x2bc830a3;

    private static readonly sbyte[] Digits = ReverseAlphabet();
    private static readonly uint[] Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <param name="prefix">What the text starts with, its separator 1 included.</param>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        var digits = ((data.Length * 8) + 4) / 5;
        Span<char> text = stackalloc char[prefix.Length + digits + ChecksumLength];
        prefix.CopyTo(text);
        var at = prefix.Length;
        var state = Start(prefix);
        for (var i = 0; i < digits; i++)
        {
            var digit = Digit(data, i);
            state = Step(state, digit);
            text[at++] = Alphabet[digit];
        }

        for (var i = 0; i < ChecksumLength; i++)
            state = Step(state, 0);
        state ^= Constant;
        for (var i = 0; i < ChecksumLength; i++)
            text[at++] = Alphabet[(int)(state >> (5 * (ChecksumLength - 1 - i))) & 31];
        return new string(text);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; anything else fails, other text for the same bytes too.</summary>
    public static bool TryDecode(string prefix, string text, Span<byte> data)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal) || text.Length != prefix.Length + ((data.Length * 8) + 4) / 5 + ChecksumLength)
            return false;

        var state = Start(prefix);
        var (bits, held, written) = (0u, 0, 0);
        foreach (var letter in text.AsSpan(prefix.Length))
        {
            var digit = letter < Digits.Length ? Digits[letter] : -1;
            if (digit < 0)
                return false;

            state = Step(state, (byte)digit);
            bits = (bits << 5) | (uint)digit;
            held += 5;
            if (held >= 8 && written < data.Length)
            {
                held -= 8;
                data[written++] = (byte)(bits >> held);

                // Behind the last byte only the padding is left before the checksum, and it must be zero.
                if (written == data.Length && (bits & ((1u << held) - 1)) != 0)
                    return false;
            }
        }

        return state == Constant;
    }

    private static sbyte[] ReverseAlphabet()
    {
        var digits = new sbyte[128];
        Array.Fill(digits, (sbyte)-1);
        for (var i = 0; i < Alphabet.Length; i++)
            digits[Alphabet[i]] = (sbyte)i;
        return digits;
    }

    /// <summary>The bits 5i to 5i + 4; behind the last one there are zeros.</summary>
    private static byte Digit(ReadOnlySpan<byte> data, int i)
    {
        var (at, shift) = (i * 5 / 8, i * 5 % 8);
        var pair = (data[at] << 8) | (at + 1 < data.Length ? data[at + 1] : 0);
        return (byte)((pair >> (11 - shift)) & 31);
    }

    private static uint Start(string prefix)
    {
        var letters = prefix.AsSpan(0, prefix.Length - 1);
        var state = 1u;
        foreach (var letter in letters)
            state = Step(state, (byte)(letter >> 5));
        state = Step(state, 0);
        foreach (var letter in letters)
            state = Step(state, (byte)(letter & 31));
        return state;
    }

    private static uint Step(uint state, byte digit)
    {
        var top = state >> 25;
        state = ((state & 0x1ffffff) << 5) ^ digit;
        for (var i = 0; i < Generator.Length; i++)
            state ^= ((top >> i) & 1) == 0 ? 0 : Generator[i];
        return state;
    }
}
