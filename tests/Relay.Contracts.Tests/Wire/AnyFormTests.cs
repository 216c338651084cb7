using System.Buffers;
using MessagePack;
using Microsoft.AspNetCore.SignalR;

namespace Relay.Contracts.Tests.Wire;

/// <summary>However a client writes a batch, and however it is cut on its way, the same messages are read.</summary>
public sealed class AnyFormTests
{
    private static readonly MessagePackSerializerOptions Packed = new MessagePackHubProtocolOptions().SerializerOptions;

    private static readonly RelayRequest Batch = new()
    {
        First = 5,
        Messages = Enumerable.Range(0, 5)
            .Select(i => new OutboundMessage { To = i < 3 ? "bob" : "carol", Id = MessageId.New(), Payload = new byte[i * 100], Repeat = i == 3 }).ToArray(),
    };

    [Fact]
    public void A_batch_cut_anywhere_is_the_same_batch()
    {
        var bytes = MessagePackSerializer.Serialize(Batch, Packed, TestContext.Current.CancellationToken);

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var first = new Piece(bytes.AsMemory(0, cut), 0);
            var last = first.Then(bytes.AsMemory(cut));
            Same(MessagePackSerializer.Deserialize<RelayRequest>(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), Packed, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Forms_longer_than_need_be_and_fields_of_a_later_version_are_understood()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write(5);
        writer.WriteArrayHeader(Batch.Messages!.Count);
        for (var i = 0; i < Batch.Messages.Count; i++)
        {
            var message = Batch.Messages[i];

            // Every second one as nobody would write it: str32, bin32, a repeat that is none said so, and a field nobody knows yet.
            if (i % 2 == 0)
            {
                writer.WriteArrayHeader(3);
                writer.Write(message.To);
                writer.Write(message.Id.ToBytes());
                writer.Write(message.Payload.Span);
                continue;
            }

            Raw(ref writer, [0x95]);
            Raw(ref writer, [0xdb, 0, 0, 0, (byte)message.To!.Length, .. System.Text.Encoding.UTF8.GetBytes(message.To)]);
            Raw(ref writer, [0xc6, 0, 0, 0, MessageId.Length, .. message.Id.ToBytes()]);
            Raw(ref writer, [0xc6, 0, 0, (byte)(message.Payload.Length >> 8), (byte)message.Payload.Length, .. message.Payload.ToArray()]);
            writer.Write(message.Repeat);
            writer.Write("later");
        }

        writer.Flush();

        Same(MessagePackSerializer.Deserialize<RelayRequest>(buffer.WrittenMemory, Packed, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_length_beyond_the_call_is_an_error_and_reads_nothing_else()
    {
        byte[] beyond = [0x92, 5, 0x91, 0x93, 0xa1, (byte)'b', 0xc4, MessageId.Length, .. MessageId.New().ToBytes(), 0xc6, 0xff, 0xff, 0xff, 0xff, 1];

        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<RelayRequest>(beyond, Packed, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_call_of_nothing_makes_no_large_array()
    {
        byte[] nothing = [0x92, 5, 0xdd, 0, 1, 0, 1, .. new byte[65_537].Select(_ => (byte)0xc0)];

        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<RelayRequest>(nothing, Packed, TestContext.Current.CancellationToken));
    }

    private static void Raw(ref MessagePackWriter writer, byte[] bytes) => writer.WriteRaw(bytes);

    private static void Same(RelayRequest read)
    {
        Assert.Equal(Batch.First, read.First);
        Assert.Equal(
            Batch.Messages!.Select(one => (one.To, one.Id, one.Payload.Length, one.Repeat)),
            read.Messages!.Select(one => (one.To, one.Id, one.Payload.Length, one.Repeat)));
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long before) => (Memory, RunningIndex) = (memory, before);

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
