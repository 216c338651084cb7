using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;

namespace Relay.Benchmarks.Micro;

/// <summary>The same call twice: in the relay's own types, and in plain ones.</summary>
internal sealed class CodecSample
{
    public CodecSample(int batch)
    {
        using var key = PeerKey.Generate();
        var (to, payload) = (key.PeerId.Value, new byte[256]);
        OutboundMessage[] messages = [.. Enumerable.Range(0, batch).Select(_ => new OutboundMessage { To = to, Id = MessageId.New(), Payload = payload })];
        Own = Call(new RelayRequest { First = 1, Messages = messages });
        Plain = Call(new PlainRequest
        {
            First = 1,
            Messages = [.. messages.Select(message => new PlainMessage { To = to, Id = message.Id.ToBytes(), Payload = payload })],
        });
        Bytes = new ReadOnlySequence<byte>(Protocol.GetMessageBytes(Own));
        if (!Bytes.ToArray().AsSpan().SequenceEqual(Protocol.GetMessageBytes(Plain).Span))
            throw new InvalidOperationException("The two ways to write a call do not write the same.");
    }

    public static MessagePackHubProtocol Protocol { get; } = new();

    public InvocationMessage Own { get; }

    public InvocationMessage Plain { get; }

    /// <summary>What both are on the wire.</summary>
    public ReadOnlySequence<byte> Bytes { get; }

    /// <summary>Reads the call with an argument of this type.</summary>
    public HubMessage Read(IInvocationBinder binder)
    {
        var bytes = Bytes;
        return Protocol.TryParseMessage(ref bytes, binder, out var message) && message is InvocationMessage
            ? message
            : throw new InvalidOperationException("The call could not be read.");
    }

    private static InvocationMessage Call(object argument) => new(nameof(IRelayHub.Relay), [argument]);

    /// <summary>Says that every method has one parameter of this type.</summary>
    public sealed class Binder<T> : IInvocationBinder
    {
        private static readonly Type[] Types = [typeof(T)];

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => Types;

        public Type GetReturnType(string invocationId) => throw new NotSupportedException();

        public Type GetStreamItemType(string streamId) => throw new NotSupportedException();
    }
}
