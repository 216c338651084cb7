using Relay.Contracts;

namespace Client.Transport.Tests;

public sealed class DuplicateFilterTests
{
    private static readonly PeerId Alice = PeerId.Parse("alice");
    private static readonly PeerId Bob = PeerId.Parse("bob");
    private static readonly PeerId Carol = PeerId.Parse("carol");

    [Fact]
    public void A_message_is_new_once()
    {
        var filter = new DuplicateFilter();
        var id = MessageId.New();

        Assert.True(filter.IsNew(Alice, id));
        Assert.False(filter.IsNew(Alice, id));
    }

    [Fact]
    public void The_same_id_of_another_sender_is_another_message()
    {
        var filter = new DuplicateFilter();
        var id = MessageId.New();
        filter.IsNew(Alice, id);

        Assert.True(filter.IsNew(Bob, id));
    }

    [Fact]
    public void It_remembers_the_last_ids_of_a_sender()
    {
        var filter = new DuplicateFilter(idsPerSender: 3);
        var ids = Enumerable.Range(0, 4).Select(_ => MessageId.New()).ToArray();
        foreach (var id in ids)
            filter.IsNew(Alice, id);

        Assert.False(filter.IsNew(Alice, ids[1]));
        Assert.False(filter.IsNew(Alice, ids[3]));
        Assert.True(filter.IsNew(Alice, ids[0]));
    }

    [Fact]
    public void It_forgets_the_sender_that_was_silent_the_longest()
    {
        var filter = new DuplicateFilter(senders: 2);
        var id = MessageId.New();
        filter.IsNew(Alice, id);
        filter.IsNew(Bob, id);

        // A repeat counts as a sign of life.
        filter.IsNew(Alice, id);
        filter.IsNew(Carol, id);

        Assert.False(filter.IsNew(Alice, id));
        Assert.True(filter.IsNew(Bob, id));
    }

    [Fact]
    public void Of_many_threads_with_the_same_message_one_has_the_new_one()
    {
        var filter = new DuplicateFilter();
        for (var round = 0; round < 100; round++)
        {
            var id = MessageId.New();
            var firsts = 0;
            Parallel.For(0, 8, _ => Interlocked.Add(ref firsts, filter.IsNew(Alice, id) ? 1 : 0));
            Assert.Equal(1, firsts);
        }
    }
}
