namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>SignalR's handshake, the first message of a connection, right and wrong.</summary>
internal static class Handshakes
{
    private static readonly string[] Wrong =
    [
        "{\"protocol\":\"none\",\"version\":1}\u001e", "{\"protocol\":\"messagepack\",\"version\":99}\u001e", "{\"protocol\":\"json\",\"version\":-1}\u001e",
        "{\"protocol\":\"json\",\"version\":1e99}\u001e", "{\"protocol\":7,\"version\":1}\u001e", "{\"protocol\":\"json\"}\u001e", "{\"version\":1}\u001e", "{}\u001e",
        "[]\u001e", "null\u001e", "\u001e", "\u001e\u001e\u001e", "{\"protocol\":\"json\",\"version\":1", "{\"protocol\":\"json\",\"protocol\":\"messagepack\",\"version\":1}\u001e",
        "{\"protocol\":\"\\ud800\",\"version\":1}\u001e", "{\"protocol\":\"json\",\"version\":1,\"more\":[[[[[]]]]]}\u001e", "GET / HTTP/1.1\r\n\r\n", "",
        "{\"protocol\":\"JSON\",\"version\":1}\u001e{\"type\":6}\u001e", "{\"protocol\":\"messagepack\",\"version\":1}\u001e\u007f\u007f",
    ];

    public static byte[] Right(Encoding encoding) =>
        encoding == Encoding.Json ? "{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray() : "{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8.ToArray();

    public static Frame Mutated(Encoding encoding, Dice dice) => new(Kind.Handshake, dice.Below(5) switch
    {
        0 => Flipped(Right(encoding), dice),
        1 => dice.Bytes(dice.Below(200)),
        2 => System.Text.Encoding.UTF8.GetBytes("{\"protocol\":\"" + new string('x', dice.Between(1, 200_000)) + "\",\"version\":1}\u001e"),
        _ => System.Text.Encoding.UTF8.GetBytes(dice.Of(Wrong)),
    }, true);

    /// <summary>What a relay answers to it.</summary>
    public static byte[] Answer { get; } = "{}\u001e"u8.ToArray();

    public static byte[] MutatedAnswer(Dice dice) => dice.Below(6) switch
    {
        0 => Flipped([.. Answer], dice),
        1 => dice.Bytes(dice.Below(200)),
        2 => "{\"error\":\"no\"}\u001e"u8.ToArray(),
        3 => "{\"error\":7}\u001e"u8.ToArray(),
        4 => System.Text.Encoding.UTF8.GetBytes("{\"error\":\"" + new string('x', dice.Between(1, 100_000))),
        _ => "{\"minorVersion\":-1,\"error\":null}\u001e\u0003"u8.ToArray(),
    };

    private static byte[] Flipped(byte[] bytes, Dice dice)
    {
        for (var flips = dice.Between(1, 3); flips > 0; flips--)
            bytes[dice.Below(bytes.Length)] ^= (byte)(1 << dice.Below(8));
        return bytes;
    }
}
