using TestKit;

namespace Relay.Server.Tests.Protocol;

/// <summary>What <c>docs/protocol.md</c> shows is what the relay does, word by word, with both encodings.</summary>
public sealed class ProtocolTranscriptTests
{
    private static readonly IReadOnlyList<Transcript> All = Transcript.ReadAll(Repository.Read("docs", "protocol.md"));

    public static TheoryData<string, string> Transcripts =>
        [.. from transcript in All from encoding in new[] { "json", "messagepack" } select (transcript.Name, encoding)];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task The_relay_does_what_the_transcript_shows(string name, string encoding)
    {
        await using var replay = new TranscriptReplay(All.Single(transcript => transcript.Name == name), encoding == "messagepack");

        await replay.PlayAsync();
    }

    [Fact]
    public void Every_method_and_callback_is_shown_in_a_transcript()
    {
        var shown = All.SelectMany(transcript => transcript.Steps).Select(step => step.Method);
        var all = typeof(Contracts.IRelayHub).GetMethods().Concat(typeof(Contracts.IRelayClient).GetMethods()).Select(method => method.Name);

        Assert.Empty(all.Except(shown));
    }
}
