namespace Relay.Contracts.Tests;

public sealed class MessageIdTests
{
    [Fact]
    public void An_id_survives_the_wire_in_network_byte_order()
    {
        var id = new MessageId(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));

        Assert.Equal("00112233445566778899AABBCCDDEEFF", Convert.ToHexString(id.ToBytes()));
        Assert.True(MessageId.TryRead(id.ToBytes(), out var read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Other_than_16_bytes_are_no_id(int length)
    {
        Assert.False(MessageId.TryRead(Enumerable.Repeat((byte)1, length).ToArray(), out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void All_zero_is_no_id() => Assert.False(MessageId.TryRead(new byte[MessageId.Length], out _));

    [Fact]
    public void New_ids_differ()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => MessageId.New()).ToHashSet();

        Assert.Equal(1000, ids.Count);
        Assert.DoesNotContain(default, ids);
    }

    [Fact]
    public void Every_new_id_is_greater_than_those_before_it_on_its_thread_and_nobody_elses()
    {
        var all = new System.Collections.Concurrent.ConcurrentBag<MessageId>();
        Parallel.For(0, 8, _ =>
        {
            var last = default(MessageId);
            for (var i = 0; i < 10_000; i++)
            {
                var id = MessageId.New();
                Assert.True(id.CompareTo(last) > 0, "An id is not above the one before it.");
                all.Add(last = id);
            }
        });

        Assert.Equal(80_000, all.Distinct().Count());
        Assert.All(all.Take(100), id => Assert.Equal((7, 2), (id.Value.Version, id.Value.Variant >> 2)));
    }
}
