using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Client.Transport.Relay;

/// <summary>SignalR's MessagePack protocol, for a client that does not trust its relay with its memory.</summary>
/// <remarks>
/// SignalR's client reads a frame of any length into memory, up to 2 GiB, and answers every call that asks for a result, in a queue without
/// a limit where the other side does not read. No relay asks for results, and none sends frames of more than a batch.
/// </remarks>
internal sealed class WaryProtocol : IHubProtocol
{
    /// <summary>Four times the largest payload a relay can be set to take (1 MiB); the relay's own limit for frames is made in the same way.</summary>
    public const int MaxFrameBytes = 4 << 20;

    private readonly MessagePackHubProtocol _inner = new();

    public string Name => _inner.Name;

    public int Version => _inner.Version;

    public TransferFormat TransferFormat => _inner.TransferFormat;

    public bool IsVersionSupported(int version) => _inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _inner.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _inner.WriteMessage(message, output);

    /// <exception cref="InvalidDataException">The frame that begins here is longer than any of a relay's. The connection is over.</exception>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        RefuseLongFrame(input);

        // Types of messages it does not know are left out; what lies behind one is looked at now, and not when more comes.
        for (var left = input.Length; !_inner.TryParseMessage(ref input, binder, out message); left = input.Length)
        {
            if (input.Length == left)
                return false;
            RefuseLongFrame(input);
        }

        message = message switch
        {
            InvocationMessage { InvocationId: not null } call => new InvocationMessage(call.Target, call.Arguments),
            InvocationBindingFailureMessage { InvocationId: not null } call => new InvocationBindingFailureMessage(null, call.Target, call.BindingFailure),
            _ => message,
        };
        return true;
    }

    private static void RefuseLongFrame(in ReadOnlySequence<byte> input)
    {
        // The length in groups of seven bits, the lowest first; SignalR refuses what takes more than five of them.
        var reader = new SequenceReader<byte>(input);
        var length = 0L;
        for (var shift = 0; shift < 35 && reader.TryRead(out var next); shift += 7)
        {
            length |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
                break;
        }

        if (length > MaxFrameBytes)
            throw new InvalidDataException($"A frame of {length} bytes; relays send at most {MaxFrameBytes}.");
    }
}
