using Microsoft.AspNetCore.SignalR;
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
    public async Task An_argument_that_cannot_be_read_fails_its_completion_and_leaves_the_connection()
    {
        await using var relay = new TranscriptRelay(new Dictionary<string, string>());
        await using var peer = await TranscriptPeer.ConnectAsync(relay.Hub, binary: false);
        var wrong = TranscriptValues.Parse("""{"first":1,"messages":[{"to":"bob","id":"not base64!","payload":""}]}""");

        await Assert.ThrowsAsync<HubException>(() => peer.CallAsync(nameof(Contracts.IRelayHub.Relay), wrong));

        Assert.Null(await peer.LeftOverAsync());
        Assert.False(peer.IsClosed);
    }

    [Fact]
    public void Every_method_and_callback_is_shown_in_a_transcript()
    {
        var shown = All.SelectMany(transcript => transcript.Steps).Select(step => step.Method);
        var all = typeof(Contracts.IRelayHub).GetMethods().Concat(typeof(Contracts.IRelayClient).GetMethods()).Select(method => method.Name);

        Assert.Empty(all.Except(shown));
    }
}
