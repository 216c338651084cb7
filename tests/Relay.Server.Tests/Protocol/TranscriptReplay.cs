using System.Globalization;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Protocol;

/// <summary>Plays a transcript against a relay: does what its connections do, and holds what they hear against it.</summary>
internal sealed class TranscriptReplay(Transcript transcript, bool binary) : IAsyncDisposable
{
    private readonly TranscriptValues _values = new();
    private readonly Dictionary<string, TranscriptPeer> _peers = [];
    private readonly List<TranscriptPeer> _all = [];
    private TranscriptRelay _relay = new(transcript.Settings);

    public async Task PlayAsync()
    {
        foreach (var step in transcript.Steps)
        {
            try
            {
                await PlayAsync(step);
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"This line did not come true: {step.Line}", failure);
            }
        }

        foreach (var (who, peer) in _peers)
        {
            if (await peer.LeftOverAsync() is { } more)
                Assert.Fail($"At the end of the transcript, {who} had heard this as well: {more}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _all)
            await peer.DisposeAsync();
        await _relay.DisposeAsync();
    }

    private Task PlayAsync(TranscriptStep step) => step.Kind switch
    {
        StepKind.Connects => ConnectAsync(step.Who),
        StepKind.Calls => CallAsync(step),
        StepKind.Hears => HearAsync(step),
        StepKind.Drops => DropAsync(step.Who),
        StepKind.IsClosed => _peers[step.Who].IsClosedAsync(),
        StepKind.TimePasses => PassTimeAsync(TimeSpan.Parse(step.Body, CultureInfo.InvariantCulture)),
        StepKind.RelayRestarts => RestartAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private async Task ConnectAsync(string who)
    {
        var peer = await TranscriptPeer.ConnectAsync(_relay.Hub, binary);
        _peers[who] = peer;
        _all.Add(peer);
    }

    private Task CallAsync(TranscriptStep step)
    {
        var (peer, body) = (_peers[step.Who], TranscriptValues.Parse(step.Body));
        foreach (var (name, value) in TranscriptProof.Answer(body, peer.Challenge, _relay.Hub))
            _values.Learn(name, value);
        return peer.CallAsync(step.Method, _values.Fill(body));
    }

    private async Task HearAsync(TranscriptStep step)
    {
        // Every connection has heard its challenge; only some transcripts show it.
        var expected = TranscriptValues.Parse(step.Body);
        var (method, body) = step.Method == nameof(IRelayClient.Challenge)
            ? (step.Method, _peers[step.Who].Challenge)
            : await _peers[step.Who].HearAsync();

        // The relay answers what is there: messages handed over together may be answered in one callback or in several.
        while (method == step.Method && AnswerRanges.Count(body) < AnswerRanges.Count(expected))
        {
            var (nextMethod, next) = await _peers[step.Who].HearAsync();
            if (nextMethod != method)
                Assert.Fail($"Expected: {step.Line}\nbut after {body.ToJsonString()} came {nextMethod} {next.ToJsonString()}");
            AnswerRanges.Join(body, next);
        }

        var wrong = method == step.Method ? _values.Mismatch(expected, body) : "another callback came";
        if (wrong is not null)
            Assert.Fail($"Expected: {step.Line}\nbut {step.Who} heard: {method} {body.ToJsonString()}\n{wrong}");
    }

    private async Task DropAsync(string who)
    {
        var before = _relay.LeftCount;
        await _peers[who].DropAsync();
        await Eventually.Is($"the relay notices that {who} is gone", () => _relay.LeftCount > before);
    }

    private Task PassTimeAsync(TimeSpan time)
    {
        _relay.Time.Advance(time);
        return Task.CompletedTask;
    }

    private async Task RestartAsync()
    {
        await _relay.StopAsync();
        await _relay.DisposeAsync();
        _relay = new TranscriptRelay(transcript.Settings);
    }
}
