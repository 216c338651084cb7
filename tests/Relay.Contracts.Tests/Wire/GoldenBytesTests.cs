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

    [Fact]
    public void A_registration_from_before_there_were_proofs_still_decodes()
    {
        // As a client writes it that registers a name, and was written without the keys from 4 on.
        byte[] packed = Convert.FromHexString("1D960180C0A85265676973746572919401A5616C696365A4356632630790");
        var text = """{"type":1,"target":"Register","arguments":[{"protocolVersion":1,"peerId":"alice","epoch":"5f2c","sequence":7}]}""";
        foreach (var (protocol, frame) in new (IHubProtocol, byte[])[] { (MessagePack, packed), (Json, [.. Encoding.UTF8.GetBytes(text), 0x1e]) })
        {
            var input = new ReadOnlySequence<byte>(frame);
            Assert.True(protocol.TryParseMessage(ref input, new Binder(typeof(RegisterRequest)), out var message));
            var request = Assert.IsType<RegisterRequest>(Assert.Single(Assert.IsType<InvocationMessage>(message).Arguments));

            Assert.Equal((1, "alice", "5f2c", 7L), (request.ProtocolVersion, request.PeerId, request.Epoch, request.Sequence));
            Assert.Null(request.Audience);
            Assert.True(request.Nonce.IsEmpty && request.Proof.IsEmpty);
        }
    }

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
