using Relay.Benchmarks.Fuzzing.Frames;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Bytes that were sent to a relay, and how far the connection was by then; as a file: a line of words, then hexadecimal.</summary>
/// <param name="State">What comes before the bytes: <c>raw</c>, or an encoding and <c>unshaken</c>, <c>unregistered</c> or <c>registered</c>.</param>
internal sealed record SavedFrames(string State, byte[] Bytes)
{
    private const int BytesALine = 64;

    public const string Raw = "raw";

    public static string Unshaken(Encoding encoding) => $"{Word(encoding)} unshaken";

    public static string Unregistered(Encoding encoding) => $"{Word(encoding)} unregistered";

    public static string Registered(Encoding encoding) => $"{Word(encoding)} registered";

    public Encoding Encoding => State.StartsWith("json", StringComparison.Ordinal) ? Encoding.Json : Encoding.MessagePack;

    public void Write(string path) =>
        File.WriteAllLines(path, [State, .. Bytes.Chunk(BytesALine).Select(Convert.ToHexStringLower)]);

    public static SavedFrames Read(string path)
    {
        var lines = File.ReadAllLines(path).Where(line => !line.StartsWith('#')).ToArray();
        return new SavedFrames(lines[0], Convert.FromHexString(string.Concat(lines.Skip(1))));
    }

    private static string Word(Encoding encoding) => encoding == Encoding.Json ? "json" : "messagepack";
}
