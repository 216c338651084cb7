using Relay.Benchmarks.Fuzzing.Frames;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>The valid frames of both encodings.</summary>
internal sealed class FrameCorpus(string epoch, IReadOnlyList<string> recipients)
{
    private readonly ValidFrames _messagePack = ValidFrames.OfClient(Encoding.MessagePack, epoch, recipients);
    private readonly ValidFrames _json = ValidFrames.OfClient(Encoding.Json, epoch, recipients);

    public ValidFrames Of(Encoding encoding) => encoding == Encoding.Json ? _json : _messagePack;
}
