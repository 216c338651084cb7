using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>One connection after the other, each with frames of its own, until enough have been read.</summary>
internal sealed class FuzzingPeer(int number, Uri hub, int seed, FrameCorpus corpus, FrameCount count)
{
    private const int MostFrames = 96;
    private const int MostBytes = 48 << 10;

    // Names come again, so that what the relay keeps for them is bounded.
    private const int Names = 8;

    private volatile SavedFrames _last = new(SavedFrames.Raw, []);

    /// <summary>What the connection was sent since the relay last said that it had read all: what is to blame, if something is. Any thread.</summary>
    public SavedFrames Last => _last;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!count.IsEnough && !cancellationToken.IsCancellationRequested)
        {
            var connection = count.NextConnection();
            var dice = new Dice(seed, connection);
            if (dice.OneIn(12))
                await SendRawAsync(dice);
            else
                await ConverseAsync(dice, cancellationToken);
        }
    }

    /// <summary>A request, a framing or a handshake: one frame, one connection.</summary>
    private async Task SendRawAsync(Dice dice)
    {
        var encoding = dice.OneIn(2) ? Encoding.Json : Encoding.MessagePack;
        var frame = dice.Below(3) switch { 0 => RawSocket.MutatedRequest(dice), 1 => RawSocket.MutatedFraming(encoding, dice), _ => Handshakes.Mutated(encoding, dice) };
        if (frame.Kind == Kind.Handshake)
        {
            Start(SavedFrames.Unshaken(encoding));
            await using var line = await WebSocketLine.ConnectAsync(hub, text: true, CancellationToken.None);
            await using var conversation = new Conversation(line, encoding, understands: false);
            await SendAsync(conversation, frame.Bytes);
            await conversation.FinishAsync();
        }
        else
        {
            Start(SavedFrames.Raw);
            _last = _last with { Bytes = frame.Bytes };
            await RawSocket.SendAsync(hub, frame);
        }

        count.Read(frame.Kind);
    }

    private async Task ConverseAsync(Dice dice, CancellationToken cancellationToken)
    {
        var encoding = dice.OneIn(3) ? Encoding.Json : Encoding.MessagePack;
        var polling = dice.OneIn(30);
        var registers = !dice.OneIn(10);
        Start(registers ? SavedFrames.Registered(encoding) : SavedFrames.Unregistered(encoding));
        await using ILine line = polling
            ? await PollingLine.ConnectAsync(hub, CancellationToken.None)
            : await WebSocketLine.ConnectAsync(hub, encoding == Encoding.Json, CancellationToken.None);
        await using var conversation = new Conversation(line, encoding);
        await conversation.ShakeHandsAsync();

        // The first comes more often than a relay lets one by default.
        var name = dice.OneIn(2) ? 0 : dice.Below(Names);
        if (registers && !await conversation.RegisterAsync($"fuzz-{number}-{name}"))
            return;

        var mutator = new Mutator(corpus.Of(encoding), dice);
        while (!count.IsEnough && !cancellationToken.IsCancellationRequested && !conversation.IsOver)
        {
            if (!await SendGroupAsync(conversation, mutator))
                return;
        }
    }

    /// <summary>Frames up to one that breaks the framing, or enough of them.</summary>
    /// <returns>False when the connection has come to its end.</returns>
    private async Task<bool> SendGroupAsync(Conversation conversation, Mutator mutator)
    {
        var frames = new List<Frame>();
        var bytes = 0;
        Frame? last = null;
        while (last is null && frames.Count < MostFrames && bytes < MostBytes)
        {
            var next = mutator.Next();
            if (next.BreaksFraming)
                last = next;
            else
                frames.Add(next);
            bytes += next.Bytes.Length;
        }

        _last = _last with { Bytes = [] };
        await SendAsync(conversation, [.. frames.SelectMany(frame => frame.Bytes), .. conversation.NextProbe()]);
        if (!await conversation.ProbedAsync())
        {
            // One of them cost the connection. It was read; those behind it were not, and nobody knows which it was.
            count.Closed(frames);
            return false;
        }

        count.Read(frames);
        if (last is not { } breaking)
            return true;

        await SendAsync(conversation, breaking.Bytes);
        await conversation.FinishAsync();
        count.Read(breaking.Kind);
        return false;
    }

    private void Start(string state) => _last = new SavedFrames(state, []);

    private Task SendAsync(Conversation conversation, byte[] bytes)
    {
        _last = _last with { Bytes = [.. _last.Bytes, .. bytes] };
        return conversation.SendAsync(bytes);
    }
}
