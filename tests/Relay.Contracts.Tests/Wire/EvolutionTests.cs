using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using Microsoft.AspNetCore.SignalR;

namespace Relay.Contracts.Tests.Wire;

/// <summary>A peer of a later version may say more, one of an earlier version less: both are understood.</summary>
public sealed class EvolutionTests
{
    private static readonly MessagePackSerializerOptions Packed = new MessagePackHubProtocolOptions().SerializerOptions;
    private static readonly JsonSerializerOptions Json = new JsonHubProtocolOptions().PayloadSerializerOptions;

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Elements_behind_the_known_ones_are_skipped(string method)
    {
        var sample = Samples.ByMethod[method];
        var elements = Elements(sample);

        // Something of any shape: a map in an array.
        var longer = Read(sample.GetType(), [.. elements, [0x91, 0x81, 0xA1, 0x78, 0xC0], [0xC0]]);

        Assert.Equal(elements, Elements(longer));
    }

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Elements_that_are_missing_at_the_end_have_their_defaults(string method)
    {
        var sample = Samples.ByMethod[method];
        var elements = Elements(sample);
        var defaults = Elements(Activator.CreateInstance(sample.GetType())!);

        for (var known = 0; known < elements.Count; known++)
        {
            var shorter = Read(sample.GetType(), elements.Take(known));
            Assert.Equal(elements.Take(known).Concat(defaults.Skip(known)), Elements(shorter));
        }
    }

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Members_of_a_later_version_are_ignored(string method)
    {
        var sample = Samples.ByMethod[method];
        var body = JsonSerializer.SerializeToNode(sample, sample.GetType(), Json)!.AsObject();
        var before = body.ToJsonString();
        body["fromALaterVersion"] = new JsonObject { ["x"] = 1 };

        Assert.Equal(before, Again(body, sample.GetType()).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Samples.Methods), MemberType = typeof(Samples))]
    public void Members_that_are_missing_have_their_defaults(string method)
    {
        var sample = Samples.ByMethod[method];
        var body = JsonSerializer.SerializeToNode(sample, sample.GetType(), Json)!.AsObject();
        var defaults = Again([], sample.GetType());

        foreach (var name in body.Select(member => member.Key).ToArray())
        {
            var expected = body.DeepClone().AsObject();
            expected[name] = defaults[name]?.DeepClone();
            var shorter = body.DeepClone().AsObject();
            shorter.Remove(name);

            Assert.True(JsonNode.DeepEquals(expected, Again(shorter, sample.GetType())), $"without {name}");
        }
    }

    private static JsonObject Again(JsonObject body, Type type) =>
        JsonSerializer.SerializeToNode(body.Deserialize(type, Json), type, Json)!.AsObject();

    private static object Read(Type type, IEnumerable<byte[]> elements)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(elements.Count());
        foreach (var element in elements)
            writer.WriteRaw(element);
        writer.Flush();
        return MessagePackSerializer.Deserialize(type, buffer.WrittenMemory, Packed)!;
    }

    private static List<byte[]> Elements(object message)
    {
        var bytes = MessagePackSerializer.Serialize(message.GetType(), message, Packed);
        var reader = new MessagePackReader(bytes);
        var elements = new List<byte[]>();
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
            elements.Add(reader.ReadRaw().ToArray());
        return elements;
    }
}
