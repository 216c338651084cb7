using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using TestKit;

namespace Relay.Contracts.Tests.Wire;

/// <summary>What goes over the wire in version 1, byte by byte: clients in other languages were written against these.</summary>
public sealed class GoldenBytesTests
{
    private static readonly string[] Folder = ["tests", "Relay.Contracts.Tests", "Wire"];
    private static readonly MessagePackHubProtocol MessagePack = new();
    private static readonly JsonHubProtocol Json = new();

    [Fact]
    public void Every_method_and_callback_has_a_sample()
    {
        var methods = typeof(IRelayHub).GetMethods().Concat(typeof(IRelayClient).GetMethods()).Select(method => method.Name);

        Assert.Equal(methods.Order(), Samples.ByMethod.Keys.Order());
    }

    [Fact]
    public void MessagePack_frames_are_the_approved_ones() => Approved.Matches(
        Lines(MessagePack, frame => Convert.ToHexString(frame)), [.. Folder, "version-1.messagepack.approved.txt"]);

    [Fact]
    public void Json_frames_are_the_approved_ones() => Approved.Matches(
        Lines(Json, frame => Encoding.UTF8.GetString(frame[..^1])), [.. Folder, "version-1.json.approved.txt"]);

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Approved_MessagePack_frames_still_decode(string method) =>
        AssertDecodes(MessagePack, method, Convert.FromHexString(ApprovedLine("version-1.messagepack.approved.txt", method)));

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Approved_Json_frames_still_decode(string method) =>
        AssertDecodes(Json, method, [.. Encoding.UTF8.GetBytes(ApprovedLine("version-1.json.approved.txt", method)), 0x1e]);

    private static string Lines(IHubProtocol protocol, Func<byte[], string> print) =>
        string.Join('\n', Samples.ByMethod.Select(sample => $"{sample.Key} {print(Frame(protocol, sample.Key, sample.Value))}"));

    private static byte[] Frame(IHubProtocol protocol, string method, object argument) =>
        protocol.GetMessageBytes(new InvocationMessage(method, [argument])).ToArray();

    private static string ApprovedLine(string file, string method) => Repository.Read([.. Folder, file])
        .Split('\n').Single(line => line.StartsWith(method + " ", StringComparison.Ordinal))[(method.Length + 1)..];

    private static void AssertDecodes(IHubProtocol protocol, string method, byte[] frame)
    {
        var sample = Samples.ByMethod[method];
        var input = new ReadOnlySequence<byte>(frame);

        Assert.True(protocol.TryParseMessage(ref input, new Binder(sample.GetType()), out var message));
        var invocation = Assert.IsType<InvocationMessage>(message);
        Assert.Equal(method, invocation.Target);

        // Written again it is the same: so every value was read.
        Assert.Equal(frame, Frame(protocol, method, Assert.Single(invocation.Arguments)!));
    }

    private sealed class Binder(Type argument) : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [argument];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
