using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MessagePack;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;

namespace Relay.Hub.Protocol;

/// <summary>Writes a <see cref="Delivery"/> as SignalR's MessagePack protocol does, into the memory it is sent from.</summary>
/// <remarks>
/// That protocol writes into blocks of its own and copies those; deliveries are most of what a relay writes. The two numbers
/// in front, position and count, always have a long form here, so that the length is known beforehand. A test has SignalR's
/// protocol read what this writes. A delivery with a repeat in it, which has one more field, is left to that protocol.
/// </remarks>
internal static class DeliveryFrame
{
    // An invocation: [1, no headers, no invocation id, target, [argument], no streams].
    private static readonly byte[] Before =
        [MessagePackCode.MinFixArray | 6, 1, MessagePackCode.MinFixMap, MessagePackCode.Nil,
            MessagePackCode.MinFixStr | 7, .. "Deliver"u8, MessagePackCode.MinFixArray | 1, MessagePackCode.MinFixArray | 2];

    /// <returns>False, and nothing written, if this is no delivery to a client that speaks MessagePack.</returns>
    public static bool TryWrite(IHubProtocol protocol, HubMessage message, IBufferWriter<byte> output)
    {
        if (protocol is not MessagePackHubProtocol
            || message is not InvocationMessage { Target: nameof(IRelayClient.Deliver), InvocationId: null, Headers: null, StreamIds: null } invocation
            || invocation.Arguments is not [Delivery { Messages: DeliveredMessage[] { Length: > 0 and <= ushort.MaxValue } messages } delivery])
        {
            return false;
        }

        var length = Before.Length + 9 + 3 + 1;
        foreach (ref readonly var one in messages.AsSpan())
        {
            if (one.From is not { Length: <= PeerId.KeyTextLength } || one.Id == default || one.Repeat)
                return false;
            length += 1 + 2 + one.From.Length + 2 + MessageId.Length + BinHeaderLength(one.Payload.Length) + one.Payload.Length;
            length -= one.From.Length < 32 ? 1 : 0;
        }

        Write(delivery.First, messages, length, output);
        return true;
    }

    private static void Write(long first, DeliveredMessage[] messages, int length, IBufferWriter<byte> output)
    {
        // The length in groups of seven bits, the lowest first.
        var prefix = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : 4;
        var span = output.GetSpan(prefix + length);
        for (var i = 0; i < prefix; i++)
            span[i] = (byte)(((length >> (7 * i)) & 0x7f) | (i < prefix - 1 ? 0x80 : 0));

        var rest = span[prefix..];
        Put(ref rest, Before);
        rest[0] = MessagePackCode.Int64;
        BinaryPrimitives.WriteInt64BigEndian(rest[1..], first);
        rest[9] = MessagePackCode.Array16;
        BinaryPrimitives.WriteUInt16BigEndian(rest[10..], (ushort)messages.Length);
        rest = rest[12..];
        foreach (ref readonly var one in messages.AsSpan())
            Put(ref rest, one);

        rest[0] = MessagePackCode.MinFixArray;
        output.Advance(prefix + length);
    }

    private static void Put(ref Span<byte> rest, in DeliveredMessage one)
    {
        rest[0] = MessagePackCode.MinFixArray | 3;
        var text = one.From!.Length;
        var at = 2;
        if (text < 32)
        {
            rest[1] = (byte)(MessagePackCode.MinFixStr | text);
        }
        else
        {
            (rest[1], rest[2]) = (MessagePackCode.Str8, (byte)text);
            at = 3;
        }

        // A PeerId is ASCII.
        Encoding.ASCII.GetBytes(one.From, rest[at..]);
        rest = rest[(at + text)..];

        (rest[0], rest[1]) = (MessagePackCode.Bin8, MessageId.Length);
        one.Id.Write(rest[2..]);
        rest = rest[(2 + MessageId.Length)..];

        var payload = one.Payload.Span;
        switch (BinHeaderLength(payload.Length))
        {
            case 2:
                (rest[0], rest[1]) = (MessagePackCode.Bin8, (byte)payload.Length);
                break;
            case 3:
                rest[0] = MessagePackCode.Bin16;
                BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)payload.Length);
                break;
            default:
                rest[0] = MessagePackCode.Bin32;
                BinaryPrimitives.WriteUInt32BigEndian(rest[1..], (uint)payload.Length);
                break;
        }

        rest = rest[BinHeaderLength(payload.Length)..];
        Put(ref rest, payload);
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static int BinHeaderLength(int bytes) => bytes switch
    {
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        _ => 5,
    };
}
