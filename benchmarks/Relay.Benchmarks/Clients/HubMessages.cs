using System.Buffers;
using MessagePack;
using Relay.Contracts;

namespace Relay.Benchmarks.Clients;

/// <summary>The few messages of SignalR's MessagePack protocol that a silent peer needs.</summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md</remarks>
internal static class HubMessages
{
    private const int InvocationType = 1;
    private const int CompletionType = 3;
    private const int PingType = 6;
    private const int CloseType = 7;

    // From here on an error is the last thing the relay says on a connection.
    private const int LastCodes = 100;

    /// <summary>Instead of words: a call was completed.</summary>
    public const string Completed = "completed";

    /// <summary>Says that this side is still there.</summary>
    public static ReadOnlyMemory<byte> Ping { get; } = Frame((ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(1);
        writer.Write(PingType);
    });

    /// <summary>A call of a method with one argument.</summary>
    /// <param name="id">What its completion is to name; null for none.</param>
    public static ReadOnlyMemory<byte> Invocation(string? id, string method, Write argument) => Frame((ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(6);
        writer.Write(InvocationType);
        writer.WriteMapHeader(0);
        writer.Write(id);
        writer.Write(method);
        writer.WriteArrayHeader(1);
        argument(ref writer);
        writer.WriteArrayHeader(0);
    });

    /// <summary>Finds the first call of a method, and leaves out whatever stands before it.</summary>
    /// <param name="read">Gets a reader that stands at the argument.</param>
    /// <returns>Null if it is not there yet.</returns>
    public static T? Find<T>(ReadOnlySpan<byte> bytes, string method, Read<T> read, out int taken)
        where T : class
    {
        taken = 0;
        while (TryReadFrame(bytes[taken..], out var frame, out var length))
        {
            taken += length;
            var reader = new MessagePackReader(frame);
            reader.ReadArrayHeader();
            if (reader.ReadInt32() != InvocationType)
                continue;
            reader.Skip();
            reader.Skip();
            var target = reader.ReadString();
            reader.ReadArrayHeader();
            if (target == method)
                return read(ref reader);
            if (target == nameof(IRelayClient.Error))
                throw new RefusedException(ReadCode(ref reader), MessagePackSerializer.ConvertToJson(frame));
        }

        return null;
    }

    /// <returns>Null if there is no completion yet.</returns>
    public static string? FindCompletion(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        while (TryReadFrame(bytes[taken..], out var frame, out var length))
        {
            taken += length;
            var reader = new MessagePackReader(frame);
            reader.ReadArrayHeader();
            if (reader.ReadInt32() == CompletionType)
                return "";
        }

        return null;
    }

    /// <summary>Finds the last thing the relay says before it closes, or a completion.</summary>
    /// <returns>The name of an <see cref="ErrorCode"/>, the words with which SignalR closes, or <see cref="Completed"/>; null if there is none of them yet.</returns>
    public static string? FindLastWord(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        while (TryReadFrame(bytes[taken..], out var frame, out var length))
        {
            taken += length;
            var reader = new MessagePackReader(frame);
            reader.ReadArrayHeader();
            switch (reader.ReadInt32())
            {
                case CompletionType:
                    return Completed;
                case CloseType:
                    return reader.ReadString() ?? "";
                case InvocationType:
                    reader.Skip();
                    reader.Skip();
                    var isError = reader.ReadString() == nameof(IRelayClient.Error);
                    reader.ReadArrayHeader();
                    if (isError && ReadCode(ref reader) is var code && (int)code >= LastCodes)
                        return code.ToString();
                    break;
            }
        }

        return null;
    }

    private static ErrorCode ReadCode(ref MessagePackReader reader)
    {
        reader.ReadArrayHeader();
        return (ErrorCode)reader.ReadInt32();
    }

    private static ReadOnlyMemory<byte> Frame(Write write)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        write(ref writer);
        writer.Flush();

        // In front the length, seven bits in each byte, the lowest first.
        var frame = new List<byte>();
        for (var length = (uint)body.WrittenCount; ; length >>= 7)
        {
            if (length < 0x80)
            {
                frame.Add((byte)length);
                break;
            }

            frame.Add((byte)(length | 0x80));
        }

        return (byte[])[.. frame, .. body.WrittenSpan];
    }

    private static bool TryReadFrame(ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> frame, out int taken)
    {
        (frame, taken) = (default, 0);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            length |= (bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            if (bytes.Length - i - 1 < length)
                return false;
            frame = bytes.Slice(i + 1, length).ToArray();
            taken = i + 1 + length;
            return true;
        }

        return false;
    }

    public delegate void Write(ref MessagePackWriter writer);

    public delegate T Read<out T>(ref MessagePackReader reader);
}
