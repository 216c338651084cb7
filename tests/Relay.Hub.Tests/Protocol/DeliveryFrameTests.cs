using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;
using Relay.Hub.Protocol;

namespace Relay.Hub.Tests.Protocol;

/// <summary>What the relay writes by hand is what any SignalR client reads.</summary>
public sealed class DeliveryFrameTests : IInvocationBinder
{
    private const string Key = "tc1m60dkltm0hqmf56mv8pweep4xulcxs7gtduxwnddl3lpgmug9d8s9ynjk9";
    private readonly MessagePackHubProtocol _signalR = new();

    [Theory]
    [InlineData("a", 0)]
    [InlineData("a", 255)]
    [InlineData("abcdefghijklmnopqrstuvwxyz01234", 256)]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345", 65_535)]
    [InlineData(Key, 1)]
    [InlineData(Key, 65_536)]
    public void A_message_of_any_length_arrives_as_it_was(string from, int bytes)
    {
        var delivery = new Delivery { First = 7, Messages = new[] { Message(from, bytes) } };

        Same(delivery, ReadBack(delivery));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(128)]
    public void A_batch_of_any_size_arrives_in_order(int count)
    {
        var delivery = new Delivery { First = long.MaxValue - 200, Messages = Enumerable.Range(0, count).Select(i => Message(i % 3 == 0 ? "bob" : Key, i)).ToArray() };

        Same(delivery, ReadBack(delivery));
    }

    [Fact]
    public void Everything_else_is_left_to_SignalR()
    {
        var output = new ArrayBufferWriter<byte>();
        var delivery = new Delivery { First = 1, Messages = new[] { Message("bob", 1) } };

        Assert.False(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("Missed", [new Missed()]), output));
        Assert.False(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("17", "Deliver", [delivery]), output));
        Assert.False(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("Deliver", [new Delivery { First = 1 }]), output));
        Assert.False(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("Deliver", [new Delivery { First = 1, Messages = new DeliveredMessage[1] }]), output));
        Assert.False(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("Deliver", [new Delivery { First = 1, Messages = new[] { Message("bob", 1) with { Repeat = true } } }]), output));
        Assert.False(DeliveryFrame.TryWrite(new JsonHubProtocol(), new InvocationMessage("Deliver", [delivery]), output));
        Assert.Equal(0, output.WrittenCount);
    }

    Type IInvocationBinder.GetReturnType(string invocationId) => typeof(object);

    IReadOnlyList<Type> IInvocationBinder.GetParameterTypes(string methodName) => [typeof(Delivery)];

    Type IInvocationBinder.GetStreamItemType(string streamId) => typeof(object);

    private Delivery ReadBack(Delivery delivery)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.True(DeliveryFrame.TryWrite(_signalR, new InvocationMessage("Deliver", [delivery]), output));

        var input = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.True(_signalR.TryParseMessage(ref input, this, out var message));
        Assert.True(input.IsEmpty);
        var invocation = Assert.IsType<InvocationMessage>(message);
        Assert.Equal("Deliver", invocation.Target);
        return Assert.IsType<Delivery>(Assert.Single(invocation.Arguments));
    }

    private static void Same(Delivery expected, Delivery actual)
    {
        Assert.Equal(expected.First, actual.First);
        Assert.Equal(expected.Messages!.Select(one => (one.From, one.Id)), actual.Messages!.Select(one => (one.From, one.Id)));
        Assert.All(expected.Messages!.Zip(actual.Messages!), pair => Assert.Equal(pair.First.Payload.ToArray(), pair.Second.Payload.ToArray()));
    }

    private static DeliveredMessage Message(string from, int bytes)
    {
        var payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        return new DeliveredMessage { From = from, Id = MessageId.New(), Payload = payload };
    }
}
