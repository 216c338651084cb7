using System.Buffers;
using MessagePack;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>The messages SignalR has besides plain calls, none of which a client of this relay sends, and some it has not.</summary>
internal static class OtherMessages
{
    public static Frame Make(Encoding encoding, Dice dice, object?[] arguments)
    {
        var id = dice.Of((string[])["x1", "x2", "", "1"]);
        HubMessage? message = dice.Below(14) switch
        {
            0 => new StreamInvocationMessage(id, "Relay", arguments),
            1 => new StreamInvocationMessage(id, "Nonsense", arguments, [id, "s2"]),
            2 => new InvocationMessage("x1", "Relay", arguments, [id]),
            3 => new StreamItemMessage(id, "item"),
            4 => CompletionMessage.WithError(id, "error"),
            5 => CompletionMessage.WithResult(id, 7),
            6 => CompletionMessage.Empty(id),
            7 => new CancelInvocationMessage(id),
            8 => PingMessage.Instance,
            9 => new AckMessage(dice.Edge()),
            10 => new SequenceMessage(dice.Edge()),
            11 => dice.OneIn(10) ? new CloseMessage("error", dice.OneIn(2)) : PingMessage.Instance,
            _ => null,
        };
        var bytes = message is null ? Unheard(encoding, dice) : ValidFrames.Write(encoding, message);
        return new Frame(Kind.OtherMessage, bytes, message is CloseMessage or StreamItemMessage or CompletionMessage);
    }

    /// <summary>A type of message there is none of.</summary>
    private static byte[] Unheard(Encoding encoding, Dice dice)
    {
        var type = dice.Of((long[])[0, 10, 99, 127, 1000, -1]);
        if (encoding == Encoding.Json)
            return Framing.Wrap(encoding, System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{{\"type\":{type},\"target\":\"Relay\",\"arguments\":[1]}}")));

        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        writer.WriteArrayHeader(2);
        writer.Write(type);
        writer.WriteNil();
        writer.Flush();
        return Framing.Wrap(encoding, body.WrittenSpan);
    }
}
