namespace Relay.Server.Tests.Protocol;

/// <summary>What the transcripts of <c>docs/protocol.md</c> show is what the relay does, word by word.</summary>
public abstract class TranscriptTests(bool binary)
{
    public static TheoryData<string> Transcripts => [.. Transcript.All.Select(transcript => transcript.Name)];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task The_relay_does_what_the_transcript_shows(string name)
    {
        await using var replay = new TranscriptReplay(Transcript.All.Single(transcript => transcript.Name == name), binary);

        await replay.PlayAsync();
    }
}

// Two classes, so that they run side by side: some transcripts wait for the relay's patience.
public sealed class JsonTranscriptTests() : TranscriptTests(binary: false);

public sealed class MessagePackTranscriptTests() : TranscriptTests(binary: true);
