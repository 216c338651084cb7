using System.Globalization;
using System.Text;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>JSON values that stand where others should.</summary>
internal static class WrongTexts
{
    private static readonly string[] Numbers =
        ["0", "-0", "-1", "1e308", "1e999", "-1e999", "1.5", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e-400",
            "00", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "12345678901234567890123456789012345678901234567890"];

    private static readonly string[] Broken =
        ["\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u00\"", "\"\\x41\"", "\"\0\"", "\"\t\"", "\"AAA\"", "\"====\"", "\"A A A=\"", "\"AAAAAAAAAAAAAAAAAAAAAQ\"",
            "\"not base64!\"", "\"\\u0000\"", "\"", "'x'", "\"\u007f\"", "\"tc1\""];

    private static readonly byte[][] BrokenUtf8 = [[0x22, 0xc3, 0x28, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xff, 0x22], [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]];

    public static byte[] Any(Dice dice) => Utf8(AnyText(dice, 0));

    public static byte[] Deep(Dice dice)
    {
        var depth = dice.OneIn(4) ? dice.Between(1000, 20_000) : dice.Between(50, 1000);
        var (open, close) = dice.OneIn(2) ? ("[", "]") : ("{\"a\":", "}");
        var text = new StringBuilder();
        text.Insert(0, open, depth).Append('1');
        if (!dice.OneIn(3))
            text.Insert(text.Length, close, depth);
        return Utf8(text.ToString());
    }

    /// <summary>JSON has no lengths to lie about: a number of so many digits, and a text without an end.</summary>
    public static byte[] Huge(Dice dice) =>
        Utf8(dice.OneIn(2) ? new string('9', dice.Between(1000, 60_000)) : "\"" + new string('x', dice.Between(1000, 60_000)) + (dice.OneIn(2) ? "\"" : ""));

    public static byte[] BrokenText(Dice dice) => dice.OneIn(3) ? dice.Of(BrokenUtf8) : Utf8(dice.Of(Broken));

    private static string AnyText(Dice dice, int depth) => dice.Below(depth > 3 ? 6 : 9) switch
    {
        0 => "null",
        1 => dice.OneIn(2) ? "true" : "false",
        2 => dice.Of(Numbers),
        3 => dice.Edge().ToString(CultureInfo.InvariantCulture),
        4 => $"\"{new string('x', dice.OneIn(8) ? dice.Between(1000, 10_000) : dice.Below(70))}\"",
        5 => $"\"{Convert.ToBase64String(dice.Bytes(dice.Below(40)))}\"",
        6 or 7 => $"[{string.Join(',', Enumerable.Range(0, dice.Below(6)).Select(_ => AnyText(dice, depth + 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, dice.Below(4)).Select(_ => $"\"{dice.Of((string[])["first", "First", "messages", "type", "__proto__", ""])}\":{AnyText(dice, depth + 1)}"))}}}",
    };

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
