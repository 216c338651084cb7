using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Hub.Protocol;

namespace Relay.Hub.Tests.Protocol;

/// <summary>A message of a type nobody has heard of yet: left out, and what came with it is read at once.</summary>
public sealed class UnknownMessageTests
{
    [Theory]
    [InlineData("messagepack")]
    [InlineData("json")]
    public void The_call_behind_it_does_not_wait_for_the_clients_next_one(string name)
    {
        var (protocol, unknown) = name == "json"
            ? ((IHubProtocol)new JsonHubProtocol(), "{\"type\":99}\u001e"u8.ToArray())
            : (new MessagePackHubProtocol(), [3, 0x92, 99, 0xc0]);
        var call = protocol.GetMessageBytes(new InvocationMessage("Hello", [])).ToArray();
        var input = new ReadOnlySequence<byte>([.. unknown, .. unknown, .. call, .. unknown]);
        var answering = new AnsweringProtocol(protocol);

        Assert.True(answering.TryParseMessage(ref input, new Binder(), out var message));
        Assert.Equal("Hello", Assert.IsType<InvocationMessage>(message).Target);
        Assert.False(answering.TryParseMessage(ref input, new Binder(), out _));
        Assert.True(input.IsEmpty);
    }

    private sealed class Binder : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
