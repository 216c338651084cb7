using System.Buffers;
using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Client.Transport.Tests.Relay;

/// <summary>What a client does not let a relay do to its memory.</summary>
public sealed class WaryProtocolTests : IInvocationBinder
{
    private readonly WaryProtocol _protocol = new();

    [Theory]
    [InlineData(new byte[] { 0x81, 0x80, 0x80, 0x02 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x07 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x7f })]
    public void A_frame_that_says_it_is_longer_than_any_is_refused_before_it_comes(byte[] length)
    {
        var input = new ReadOnlySequence<byte>(length);

        Assert.Throws<InvalidDataException>(() => _protocol.TryParseMessage(ref input, this, out _));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x02 })]
    [InlineData(new byte[] { 0xff, 0xff, 0x7f, 0x96 })]
    public void One_that_may_be_so_long_is_waited_for(byte[] begun)
    {
        var input = new ReadOnlySequence<byte>(begun);

        Assert.False(_protocol.TryParseMessage(ref input, this, out _));
    }

    [Fact]
    public void A_call_that_asks_for_a_result_is_one_that_does_not()
    {
        var input = Frame(new InvocationMessage("7", "Hello", []));

        Assert.True(_protocol.TryParseMessage(ref input, this, out var message));

        Assert.Null(Assert.IsType<InvocationMessage>(message).InvocationId);
    }

    [Fact]
    public void What_lies_behind_a_message_of_an_unknown_type_is_read_at_once()
    {
        byte[] unknown = [3, 0x92, 99, 0xc0];
        var input = new ReadOnlySequence<byte>([.. unknown, .. Frame(new InvocationMessage("Hello", [])).ToArray()]);

        Assert.True(_protocol.TryParseMessage(ref input, this, out var message));

        Assert.Equal("Hello", Assert.IsType<InvocationMessage>(message).Target);
    }

    public IReadOnlyList<Type> GetParameterTypes(string methodName) => [];

    public Type GetReturnType(string invocationId) => typeof(object);

    public Type GetStreamItemType(string streamId) => typeof(object);

    private ReadOnlySequence<byte> Frame(HubMessage message) => new(_protocol.GetMessageBytes(message));
}
