using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Some frames of every kind, as files: the corpus that the tests send to a relay.</summary>
internal static class Samples
{
    private const int OfEach = 3;

    // The tests keep them in the repository.
    private const int MostBytes = 8 << 10;

    public static void Write(DirectoryInfo folder, int seed)
    {
        folder.Create();
        var corpus = new FrameCorpus("epoch", ["fuzz-0", "nobody"]);
        foreach (var encoding in Enum.GetValues<Encoding>())
        {
            var dice = new Dice(seed, (int)encoding);
            var mutator = new Mutator(corpus.Of(encoding), dice);
            foreach (var kind in Enum.GetValues<Kind>())
            {
                for (var number = 1; number <= OfEach; number++)
                {
                    var saved = Make(kind, encoding, mutator, dice);
                    if (saved.Bytes.Length <= MostBytes)
                        saved.Write(Path.Combine(folder.FullName, FormattableString.Invariant($"{encoding}-{kind}-{number}.hex").ToLowerInvariant()));
                }
            }
        }
    }

    private static SavedFrames Make(Kind kind, Encoding encoding, Mutator mutator, Dice dice) => kind switch
    {
        Kind.Handshake => new SavedFrames(SavedFrames.Unshaken(encoding), Handshakes.Mutated(encoding, dice).Bytes),
        Kind.Upgrade => new SavedFrames(SavedFrames.Raw, RawSocket.MutatedRequest(dice).Bytes),
        Kind.WebSocketFraming => new SavedFrames(SavedFrames.Raw, RawSocket.MutatedFraming(encoding, dice).Bytes),
        _ => new SavedFrames(SavedFrames.Registered(encoding), mutator.Make(kind).Bytes),
    };
}
