using Microsoft.AspNetCore.SignalR;

namespace Relay.Server.Tests.Protocol;

/// <summary>What <c>docs/protocol.md</c> shows is complete, and what it says beside the transcripts is so.</summary>
public sealed class ProtocolTranscriptTests
{
    [Fact]
    public async Task An_argument_that_cannot_be_read_fails_its_completion_and_leaves_the_connection()
    {
        await using var relay = new TranscriptRelay(new Dictionary<string, string>());
        await using var peer = await TranscriptPeer.ConnectAsync(relay.Hub, binary: false);
        var wrong = TranscriptValues.Parse("""{"first":1,"messages":[{"to":"bob","id":"not base64!","payload":""}]}""");

        await Assert.ThrowsAsync<HubException>(() => peer.CallAsync(nameof(Contracts.IRelayHub.Relay), wrong));

        // Also in its place among the answers, for those who do not ask for completions.
        var (method, body) = await peer.HearAsync();
        Assert.Equal((nameof(Contracts.IRelayClient.Error), (int)Contracts.ErrorCode.Malformed), (method, body["code"]!.GetValue<int>()));
        Assert.Null(await peer.LeftOverAsync());
        Assert.False(peer.IsClosed);
    }

    [Fact]
    public void Every_method_and_callback_is_shown_in_a_transcript()
    {
        var shown = Transcript.All.SelectMany(transcript => transcript.Steps).Select(step => step.Method);
        var all = typeof(Contracts.IRelayHub).GetMethods().Concat(typeof(Contracts.IRelayClient).GetMethods()).Select(method => method.Name);

        Assert.Empty(all.Except(shown));
    }
}
