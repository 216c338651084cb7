using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Tests.Traffic;

public sealed class PayloadTests
{
    [Theory]
    [InlineData(Payload.MinLength)]
    [InlineData(256)]
    [InlineData(65_536)]
    public void What_was_written_is_read(int length)
    {
        var buffer = Payload.NewBuffer(length);
        var written = new Payload(Flow: 7, Sequence: 123_456_789_012, Due: -1);
        written.Write(buffer);

        Assert.True(Payload.TryRead(buffer, out var read));
        Assert.Equal(written, read);
    }

    [Fact]
    public void A_single_changed_bit_is_noticed_wherever_it_is()
    {
        var buffer = Payload.NewBuffer(64);
        new Payload(1, 2, 3).Write(buffer);

        for (var bit = 0; bit < 8 * buffer.Length; bit++)
        {
            buffer[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Payload.TryRead(buffer, out _));
            buffer[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    public void A_payload_cut_short_is_noticed(int length)
    {
        var buffer = Payload.NewBuffer(64);
        new Payload(1, 2, 3).Write(buffer);

        Assert.False(Payload.TryRead(buffer.AsSpan(0, length), out _));
    }
}
