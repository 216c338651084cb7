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
        var (protocol, unknown) = Known(name);
        var call = protocol.GetMessageBytes(new InvocationMessage("Hello", [])).ToArray();
        var input = new ReadOnlySequence<byte>([.. unknown, .. unknown, .. call, .. unknown]);
        var answering = new AnsweringProtocol(protocol, new RelayOptions());

        // SignalR asks again, at once, for as long as it gets something.
        Assert.IsType<AckMessage>(Next(answering, ref input));
        Assert.IsType<AckMessage>(Next(answering, ref input));
        Assert.Equal("Hello", Assert.IsType<InvocationMessage>(Next(answering, ref input)).Target);
        Assert.IsType<AckMessage>(Next(answering, ref input));
        Assert.True(input.IsEmpty);
    }

    [Theory]
    [InlineData("messagepack")]
    [InlineData("json")]
    public void The_beginning_of_a_frame_behind_it_is_not_taken_for_one_that_is_too_large(string name)
    {
        // As much as SignalR shows at once, and so as much as the largest frame has.
        var (protocol, unknown) = Known(name);
        var window = new byte[new RelayOptions().MaxFrameBytes];
        unknown.CopyTo(window, 0);
        BeginFrame(window.AsSpan(unknown.Length), name, window.Length);
        var input = new ReadOnlySequence<byte>(window);
        var answering = new AnsweringProtocol(protocol, new RelayOptions());

        Assert.IsType<AckMessage>(Next(answering, ref input));
        Assert.Null(Next(answering, ref input));

        // Of a frame of the largest size one byte is still to come, and SignalR would show that.
        BeginFrame(window, name, window.Length - 3);
        input = new ReadOnlySequence<byte>(window, 0, window.Length - 1);
        Assert.Null(Next(answering, ref input));

        // Without anything in front there is no more to come that SignalR would show.
        BeginFrame(window, name, window.Length + 1);
        input = new ReadOnlySequence<byte>(window);
        Assert.Throws<FrameTooLargeException>(() => Next(answering, ref input));
    }

    private static (IHubProtocol Protocol, byte[] Unknown) Known(string name) => name == "json"
        ? (new JsonHubProtocol(), "{\"type\":99}\u001e"u8.ToArray())
        : (new MessagePackHubProtocol(), [3, 0x92, 99, 0xc0]);

    private static void BeginFrame(Span<byte> into, string name, int length)
    {
        into.Fill((byte)' ');
        if (name == "messagepack")
            ((ReadOnlySpan<byte>)[(byte)(length | 0x80), (byte)((length >> 7) | 0x80), (byte)(length >> 14)]).CopyTo(into);
    }

    private static HubMessage? Next(AnsweringProtocol protocol, ref ReadOnlySequence<byte> input) =>
        protocol.TryParseMessage(ref input, new Binder(), out var message) ? message : null;

    private sealed class Binder : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
