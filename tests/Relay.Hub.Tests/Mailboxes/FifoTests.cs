using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

public sealed class FifoTests
{
    private Fifo<int> _fifo = new();

    [Fact]
    public void Items_come_out_in_the_order_they_went_in_however_often_it_wraps_around()
    {
        var next = 0;
        var expected = 0;
        for (var round = 1; round < 40; round++)
        {
            for (var i = 0; i < round; i++)
                _fifo.Enqueue(next++);
            for (var i = 0; i < round - 1; i++)
                Assert.Equal(expected++, _fifo.Dequeue());
        }

        Assert.Equal(next - expected, _fifo.Count);
        for (var i = 0; i < _fifo.Count; i++)
            Assert.Equal(expected + i, _fifo[i]);
    }

    [Fact]
    public void It_can_be_read_at_any_place_without_removing()
    {
        for (var i = 0; i < 10; i++)
            _fifo.Enqueue(i);
        for (var i = 0; i < 7; i++)
            _fifo.Dequeue();
        for (var i = 10; i < 20; i++)
            _fifo.Enqueue(i);

        Assert.Equal(7, _fifo[0]);
        Assert.Equal(19, _fifo[12]);
        Assert.Equal(13, _fifo.Count);
    }

    [Fact]
    public void An_item_is_removed_from_any_place_and_the_others_keep_their_order()
    {
        for (var place = 0; place < 9; place++)
        {
            var fifo = new Fifo<int>();

            // Somewhere in the middle of the array, so that it wraps around.
            for (var i = 0; i < 6; i++)
                fifo.Enqueue(-1);
            for (var i = 0; i < 6; i++)
                fifo.Dequeue();
            var expected = Enumerable.Range(0, 9).ToList();
            expected.ForEach(item => fifo.Enqueue(item));

            fifo.RemoveAt(place);
            fifo.Enqueue(9);

            expected.RemoveAt(place);
            expected.Add(9);
            Assert.Equal(expected, Enumerable.Range(0, fifo.Count).Select(i => fifo[i]));
        }
    }

    [Fact]
    public void It_can_be_emptied_and_used_again()
    {
        for (var i = 0; i < 100; i++)
            _fifo.Enqueue(i);
        for (var i = 0; i < 100; i++)
            _fifo.Dequeue();

        _fifo.Enqueue(7);

        Assert.Equal(7, _fifo.Dequeue());
    }

    [Fact]
    public void Nothing_comes_out_of_an_empty_one() => Assert.Throws<ArgumentOutOfRangeException>(() => _fifo.Dequeue());
}
