using System.Buffers.Binary;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>Deliveries as an honest relay makes them, very many, some of them twice: what of it an application gets must begin with the first and go on with the next.</summary>
/// <param name="number">Of this flood, in each of its messages.</param>
/// <param name="limits">What the relay had announced.</param>
internal sealed class Flood(int number, RelayLimits limits)
{
    // Of any number of messages: frames that are wrong have no such payloads.
    private const int Mark = 0x466c6f64;
    private const int PayloadBytes = 12;
    private const int PerFrame = 2000;

    private static readonly string[] Senders = ["flood-1", "flood-2"];

    private int _next;

    /// <summary>The largest windows a client takes, one of few messages, one of few bytes.</summary>
    public static IReadOnlyList<RelayLimits> Limits { get; } = [LimitsOf(65_536, 64 << 20), LimitsOf(2 * PerFrame, 64 << 20), LimitsOf(65_536, 2 * PerFrame * PayloadBytes)];

    /// <summary>Whether it is more than the client takes of which the application has taken nothing.</summary>
    public bool IsTooMuch => _next > limits.DeliveryWindowMessages || (long)_next * PayloadBytes > limits.DeliveryWindowBytes;

    /// <summary>The next frame.</summary>
    public byte[] Frame()
    {
        var first = _next;
        _next += PerFrame;
        return ValidFrames.Write(Encoding.MessagePack, ValidFrames.Call(
            nameof(IRelayClient.Deliver), new Delivery { First = first + 1, Messages = [.. Enumerable.Range(first, PerFrame).Select(Message)] }));
    }

    /// <summary>Which message of which flood a payload is of.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out int number, out int index)
    {
        (number, index) = (0, 0);
        if (payload.Length != PayloadBytes || BinaryPrimitives.ReadInt32LittleEndian(payload) != Mark)
            return false;
        number = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        index = BinaryPrimitives.ReadInt32LittleEndian(payload[8..]);
        return true;
    }

    /// <summary>Two by turns: whom a message is from, nobody may take from the one before.</summary>
    public static string SenderOf(int index) => Senders[index % Senders.Length];

    private static RelayLimits LimitsOf(int messages, int bytes) => new()
    {
        MaxPayloadBytes = 65_536,
        SendWindowMessages = 256,
        SendWindowBytes = 1 << 20,
        MaxBatchMessages = 128,
        MaxBatchBytes = 128 << 10,
        DeliveryWindowMessages = messages,
        DeliveryWindowBytes = bytes,
    };

    private DeliveredMessage Message(int index)
    {
        var payload = new byte[PayloadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), number);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), index);
        return new DeliveredMessage { From = SenderOf(index), Id = MessageId.New(), Payload = payload };
    }
}
