using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

// One connection, from the handshake on: as a relay has it up to some point.
internal sealed partial class HostileRelay
{
    private static readonly ValidFrames Corpus = ValidFrames.OfRelay("epoch");
    private static readonly Registered Honest = new() { ProtocolVersion = 1, Epoch = "epoch", Limits = ValidFrames.Limits };

    private async Task BehaveAsync(HostileConnection connection, Dice dice, bool isUntaken)
    {
        await connection.ReadHandshakeAsync();
        // Fewer come by polling, and to each way a client has a limit of its own.
        if (!IsQuiet && isUntaken && dice.OneIn(connection is HostilePolling ? 10 : 100))
        {
            connection.Listen();
            await SendWithoutEndAsync(connection, "{"u8.ToArray(), Kind.Handshake);
            return;
        }

        if (!IsQuiet && dice.OneIn(30))
        {
            await connection.SendAsync(Handshakes.MutatedAnswer(dice));
            count.Read(Kind.Handshake);
            return;
        }

        await connection.SendAsync(Handshakes.Answer);
        connection.Listen();
        var mutator = new Mutator(Corpus, dice);
        var isFlood = !IsQuiet && dice.OneIn(isUntaken ? 10 : 100);
        var isFirst = true;
        if (!IsQuiet && !isFlood && dice.OneIn(20))
        {
            // Something else than the challenge, or the answer to the registration.
            isFirst = false;
            var frames = Enumerable.Range(0, dice.Between(1, 30)).Select(_ => mutator.Next()).ToArray();
            var breaking = Array.FindIndex(frames, frame => frame.BreaksFraming);
            await connection.SendAsync(frames.Take(breaking < 0 ? frames.Length : breaking + 1).SelectMany(frame => frame.Bytes).ToArray());
            count.Read(frames[0].Kind);
            if (breaking >= 0)
            {
                // It may wait for the rest of a frame, and be registered already: what comes now would only be that.
                await connection.CloseAsync();
                return;
            }
        }

        await SendAsync(connection, nameof(IRelayClient.Challenge), new Challenge { ProtocolVersion = 1, Key = dice.Bytes(32), Nonce = dice.Bytes(32), Epoch = "epoch" });
        if (!IsQuiet && dice.OneIn(400))
        {
            await connection.Closed;
            return;
        }

        if (isFlood)
        {
            await SendFloodAsync(connection, dice, isUntaken);
        }
        else if (IsQuiet)
        {
            await SendAsync(connection, nameof(IRelayClient.Registered), Honest);
        }
        else if (isFirst && dice.OneIn(50))
        {
            await SendAsync(connection, nameof(IRelayClient.Registered), Honest);
            await (isUntaken ? ReplaceAsync(connection) : RefuseForRateAsync(connection));
        }
        else
        {
            await RegisterAsync(connection, dice, isFirst);
        }

        if (!IsQuiet && dice.OneIn(200))
        {
            await SendWithoutEndAsync(connection, Framing.Length((uint)dice.Between(LongestFrame + 1, int.MaxValue - 1)), Kind.WrongLength);
            return;
        }

        // Some go slowly, so that what takes its time in the client has it.
        var isSlow = dice.OneIn(12);
        while (!IsQuiet && !count.IsEnough)
        {
            if (!await SendGroupAsync(connection, mutator, dice, isSlow ? 4 : 96))
                return;
            if (isSlow)
                await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, CancellationToken.None);
        }

        await connection.Closed;
    }

    /// <returns>False when the connection is over.</returns>
    private async Task<bool> SendGroupAsync(HostileConnection connection, Mutator mutator, Dice dice, int most)
    {
        var frames = new List<Frame>();
        Frame? last = null;
        for (var size = dice.Between(1, most); last is null && frames.Count < size;)
        {
            var next = mutator.Next();
            if (next.BreaksFraming)
                last = next;
            else
                frames.Add(next);
        }

        var mark = marks.Next();
        await connection.SendAsync((byte[])[.. frames.SelectMany(frame => frame.Bytes), .. Marks.FrameOf(mark)]);
        if (!await marks.IsReadAsync(mark, connection.Closed))
        {
            count.Closed(frames);
            return false;
        }

        count.Read(frames);
        if (last is not { } breaking)
            return true;

        await connection.SendAsync(breaking.Bytes);
        await connection.CloseAsync();
        count.Read(breaking.Kind);
        return false;
    }

    private static Task SendAsync(HostileConnection connection, string callback, object argument) =>
        connection.SendAsync(ValidFrames.Write(Encoding.MessagePack, ValidFrames.Call(callback, argument)));
}
