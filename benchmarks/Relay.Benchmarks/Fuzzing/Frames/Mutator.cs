using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>Makes frames that are wrong in one way or another, from frames that are right.</summary>
internal sealed class Mutator(ValidFrames valid, Dice dice)
{
    // What is wrong within a message costs an error; what breaks the framing costs the connection, and a new one.
    private static readonly (Kind Kind, int Share)[] Shares =
    [
        (Kind.Valid, 60), (Kind.WrongValue, 420), (Kind.Rearranged, 140), (Kind.BrokenText, 100), (Kind.UnknownMethod, 100), (Kind.OtherMessage, 80),
        (Kind.Spliced, 6), (Kind.BitFlips, 60), (Kind.Truncated, 6), (Kind.WrongLength, 6), (Kind.DeepNesting, 6), (Kind.HugeDeclared, 6),
        (Kind.Crowded, 1), (Kind.Oversize, 1),
    ];

    private static readonly int AllShares = Shares.Sum(share => share.Share);

    private static readonly string[] Methods =
        ["Nonsense", "relay", "RELAY", "Relay ", "Registered", "Deliver", "OnConnectedAsync", "Dispose", "ToString", "get_Context", "$malformed",
            "Malformed", "$", "Relay\0", "../Relay", "Replaced"];

    private Encoding Encoding => valid.Encoding;

    public Frame Next()
    {
        var at = dice.Below(AllShares);
        foreach (var (kind, share) in Shares)
        {
            if ((at -= share) < 0)
                return Make(kind);
        }

        return Make(Kind.Valid);
    }

    public Frame Make(Kind kind)
    {
        var frame = MakeAny(kind);
        return frame.BreaksFraming || Elements.AreOne(Encoding, Framing.Body(Encoding, frame.Bytes).ToArray()) ? frame : frame with { BreaksFraming = true };
    }

    private Frame MakeAny(Kind kind)
    {
        var from = dice.Of(valid.All);
        return kind switch
        {
            Kind.BitFlips => BitFlips(from),
            Kind.Truncated => new Frame(kind, from.Bytes[..dice.Below(from.Bytes.Length)], true),
            Kind.Spliced => Spliced(from),
            Kind.WrongLength => new Frame(kind, WrongLength(from), true),
            Kind.WrongValue => Replace(kind, from, Encoding == Encoding.Json ? WrongTexts.Any(dice) : WrongValues.Any(dice)),
            Kind.Rearranged => Rearranged(from),
            Kind.DeepNesting => Replace(kind, from, Encoding == Encoding.Json ? WrongTexts.Deep(dice) : WrongValues.Deep(dice)),
            Kind.HugeDeclared => Replace(kind, from, Encoding == Encoding.Json ? WrongTexts.Huge(dice) : WrongValues.Huge(dice)),
            Kind.BrokenText => Replace(kind, from, Encoding == Encoding.Json ? WrongTexts.BrokenText(dice) : WrongValues.BrokenText(dice)),
            Kind.Oversize => Write(kind, valid.Crowd(dice, 1, dice.Of((int[])[300_000, 390_000, 520_000, 530_000, 1_100_000]))),
            Kind.Crowded => Write(kind, valid.Crowd(dice, dice.Of((int[])[129, 1000, 5000]), 0)),
            Kind.UnknownMethod => Write(kind, new InvocationMessage(dice.OneIn(4) ? "x1" : null, dice.Of(Methods), Arguments())),
            Kind.OtherMessage => OtherMessages.Make(Encoding, dice, Arguments()),
            _ => new Frame(Kind.Valid, from.Bytes),
        };
    }

    private Frame Write(Kind kind, HubMessage message) => new(kind, ValidFrames.Write(Encoding, message));

    /// <summary>Another value in the place of one of the argument; of the envelope around it now and then.</summary>
    private Frame Replace(Kind kind, ValidFrame from, ReadOnlySpan<byte> value)
    {
        var isEnvelope = dice.OneIn(200);
        return new Frame(kind, from.With(dice.Of(isEnvelope ? from.Elements : from.Inner), value), isEnvelope);
    }

    private Frame BitFlips(ValidFrame from)
    {
        byte[] bytes = [.. from.Bytes];
        var anywhere = dice.OneIn(60);
        var element = dice.Of(from.Inner);
        var offset = Encoding == Encoding.Json ? 0 : from.Bytes.Length - from.Body.Length;
        var (least, most) = anywhere ? (0, bytes.Length - 1) : (offset + element.Start.Value, offset + element.End.Value - 1);
        for (var flips = dice.Between(1, 4); flips > 0; flips--)
            bytes[dice.Between(least, most)] ^= (byte)(1 << dice.Below(8));
        return new Frame(Kind.BitFlips, bytes, anywhere);
    }

    private Frame Spliced(ValidFrame from)
    {
        var other = dice.Of(valid.All);
        var (head, tail) = (dice.Below(from.Body.Length), dice.Below(other.Body.Length));
        return new Frame(Kind.Spliced, Framing.Wrap(Encoding, [.. from.Body.AsSpan(..head), .. other.Body.AsSpan(tail..)]), true);
    }

    private byte[] WrongLength(ValidFrame from)
    {
        if (Encoding == Encoding.Json)
            return dice.OneIn(2) ? from.Body : [.. from.Body.AsSpan(..(from.Body.Length / 2)), Framing.JsonEnd, .. from.Body.AsSpan((from.Body.Length / 2)..), Framing.JsonEnd];

        byte[] length = dice.Below(7) switch
        {
            0 => Framing.Length((uint)Math.Max(0, from.Body.Length - dice.Between(1, from.Body.Length))),
            1 => Framing.Length((uint)(from.Body.Length + dice.Between(1, 200))),
            2 => Framing.Length(int.MaxValue),
            3 => Framing.Length(uint.MaxValue),
            4 => [0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            5 => [0x80, 0x80, 0x80, 0x80, 0x80],
            _ => [0x00, 0x00],
        };
        return [.. length, .. from.Body];
    }

    private Frame Rearranged(ValidFrame from)
    {
        var (one, other) = (dice.Of(from.Inner), dice.Of(from.Inner));
        if (!dice.OneIn(40))
            return new Frame(Kind.Rearranged, from.With(one, from.Body.AsSpan(other)));

        // One too few or too many for the list that says how many it has.
        var twice = (byte[])[.. from.Body.AsSpan(one), .. Encoding == Encoding.Json ? ","u8 : [], .. from.Body.AsSpan(one)];
        return new Frame(Kind.Rearranged, from.With(one, dice.OneIn(2) ? [] : twice), true);
    }

    private object?[] Arguments() => [.. Enumerable.Range(0, dice.Below(4)).Select(_ => dice.Below(5) switch
    {
        0 => (object?)null,
        1 => dice.Edge(),
        2 => "text",
        3 => dice.Bytes(dice.Below(20)),
        _ => new Acknowledgement { Epoch = "other", Sequence = dice.Edge(), Report = dice.Edge(), Late = [new NumberRange { From = dice.Edge(), To = dice.Edge() }] },
    })];
}
