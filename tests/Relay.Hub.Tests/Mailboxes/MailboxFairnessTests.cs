using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Who loses when a mailbox is full: whoever has the most in it. And each loss is told in its place.</summary>
public sealed class MailboxFairnessTests
{
    private readonly MailboxBox _mailbox = new(capacity: 5);

    [Fact]
    public void A_flood_of_one_pushes_out_only_its_own()
    {
        _mailbox.AppendFrom("friend", 1, 2);

        _mailbox.AppendFrom("stranger", 11, 12, 13, 14, 15, 16);

        Assert.Equal([11, 12, 13], _mailbox.Dropped);
        _mailbox.Attend();
        Assert.Equal("1 2 (3 up to 5) 14 15 16", _mailbox.Story());
    }

    [Fact]
    public void A_friends_messages_survive_ten_thousand_of_a_stranger_in_order_and_every_loss_is_reported_once()
    {
        var mailbox = new MailboxBox(capacity: 1000, budget: 1 << 30);
        mailbox.AppendFrom("friend", 1, 2);
        var lost = 0;
        for (var i = 0; i < 10_000; i++)
        {
            if (i is 300 or 2000 or 9999)
                mailbox.AppendFrom("friend", (byte)(3 + (i / 1500)));
            mailbox.Box.Append(
                new MailboxEntry(PeerId.Parse("stranger"), MessageId.New(), new byte[] { 0 }, 0), new SendTicket(mailbox.Sender, i), mailbox.Changes);
            Assert.All(mailbox.Changes.Dropped, one => Assert.Equal("stranger", one.Entry.Sender.Value));
            lost += mailbox.Changes.Dropped.Count;
            mailbox.Changes.Clear();
        }

        Assert.Equal((9005, 1000), (lost, mailbox.Box.Count));
        Assert.Equal(9005, mailbox.Box.Lost);
        mailbox.Attend();
        Assert.StartsWith("1 2 (300 up to 302) 3 (1700 up to 2003) 4 (7005 up to 9009) 0 0 0", mailbox.Story(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_with_as_many_the_one_whose_oldest_is_older_gives_way()
    {
        _mailbox.AppendFrom("carol", 1);
        _mailbox.AppendFrom("bob", 11, 12);
        _mailbox.AppendFrom("alice", 21, 22);

        _mailbox.AppendFrom("dora", 31);
        _mailbox.AppendFrom("dora", 32);

        Assert.Equal([11, 21], _mailbox.Dropped);
    }

    [Fact]
    public void Among_many_with_one_each_the_oldest_gives_way()
    {
        foreach (byte i in new byte[] { 1, 2, 3, 4, 5, 6, 7 })
            _mailbox.AppendFrom($"peer{i}", i);

        Assert.Equal([1, 2], _mailbox.Dropped);
    }

    [Fact]
    public void With_one_sender_it_is_first_in_first_out()
    {
        _mailbox.AppendFrom("alice", 1, 2, 3, 4, 5, 6, 7, 8);

        Assert.Equal([1, 2, 3], _mailbox.Dropped);
        _mailbox.Attend();
        Assert.Equal("(3 up to 3) 4 5 6 7 8", _mailbox.Story());
    }

    [Fact]
    public void Nothing_behind_a_gap_is_delivered_before_the_gap_is_told()
    {
        _mailbox.AppendFrom("friend", 1);
        _mailbox.AppendFrom("stranger", 11, 12, 13, 14, 15);
        _mailbox.Attend();

        Assert.Equal(1, Assert.Single(_mailbox.Box.Lease(Wide, out _)).Payload.Span[0]);
        Assert.Empty(_mailbox.Box.Lease(Wide, out _));
        Assert.Equal(1, _mailbox.Box.NextGap(out var last));
        Assert.Equal(2, last);
        Assert.Equal(4, _mailbox.Box.Lease(Wide, out var first).Length);
        Assert.Equal(3, first);
        Assert.Equal(0, _mailbox.Box.NextGap(out _));
    }

    [Fact]
    public void Every_connection_is_told_a_gap_again_until_something_behind_it_is_acknowledged()
    {
        _mailbox.AppendFrom("friend", 1, 2);
        _mailbox.AppendFrom("stranger", 11, 12, 13, 14, 15);
        _mailbox.Attend();
        Assert.Equal("1 2 (2 up to 4) 13 14 15", _mailbox.Story());

        Assert.True(_mailbox.Acknowledge(2));
        _mailbox.Attend();
        Assert.Equal("(2 up to 4) 13 14 15", _mailbox.Story());
        Assert.True(_mailbox.Acknowledge(4));
        Assert.Equal((0, 3), (_mailbox.Box.Lost, _mailbox.Box.Count));
        _mailbox.Leave();
        _mailbox.Attend();
        Assert.Equal("13 14 15", _mailbox.Story());
    }

    [Fact]
    public void A_gap_that_is_taken_in_part_is_told_for_the_rest()
    {
        // The recipient was given all of it, and took 1 to 4. Then 3 to 5 were lost in the relay, which had not heard that.
        _mailbox.Attend();
        _mailbox.AppendFrom("friend", 1, 2);
        _mailbox.AppendFrom("stranger", 11, 12, 13);
        _mailbox.Story();
        _mailbox.Leave();
        _mailbox.AppendFrom("stranger", 14, 15, 16);
        Assert.Equal([11, 12, 13], _mailbox.Dropped);

        _mailbox.Attend(resumeFrom: 4);

        Assert.Equal((4, 1), (_mailbox.Box.Acknowledged, _mailbox.Box.Lost));
        Assert.Equal("(1 up to 5) 14 15 16", _mailbox.Story());
    }

    [Fact]
    public void What_was_acknowledged_up_to_the_middle_of_a_batch_leaves_the_rest_and_the_gap_where_they_are()
    {
        _mailbox.AppendFrom("friend", 1, 2);
        _mailbox.AppendFrom("stranger", 11, 12, 13, 14, 15);
        _mailbox.Attend();
        _mailbox.Story();

        Assert.True(_mailbox.Acknowledge(1));
        Assert.True(_mailbox.Acknowledge(5));
        Assert.False(_mailbox.Acknowledge(8));

        Assert.Equal((5, 2, 0), (_mailbox.Box.Acknowledged, _mailbox.Box.Count, _mailbox.Box.Lost));
        _mailbox.AppendFrom("friend", 3);
        Assert.Equal("3", _mailbox.Story());
    }

    [Fact]
    public void Messages_that_expire_around_a_gap_become_one_gap_with_it()
    {
        _mailbox.AppendFrom("friend", 1, 2);
        _mailbox.AppendFrom("stranger", 11, 12, 13, 14);
        _mailbox.Time.Advance(MailboxBox.TimeToLive / 2);
        _mailbox.AppendFrom("stranger", 15);
        _mailbox.Time.Advance(MailboxBox.TimeToLive / 2);

        _mailbox.Attend();

        Assert.Equal("(6 up to 6) 15", _mailbox.Story());
    }

    [Fact]
    public void A_mailbox_of_gaps_and_messages_in_turns_has_no_more_entries_than_it_may()
    {
        var mailbox = new MailboxBox(capacity: 100);
        for (var round = 0; round < 50; round++)
        {
            mailbox.AppendFrom($"peer{round}", 1);
            mailbox.AppendFrom("flooder", (byte)(100 + round));
        }

        for (var i = 0; i < 40; i++)
            mailbox.AppendFrom("flooder", (byte)i);

        Assert.Equal(100, mailbox.Box.Count);
        mailbox.Attend();
        Assert.StartsWith("1 (1 up to 2) 1 (1 up to 4) 1 (1 up to 6) 1", mailbox.Story(), StringComparison.Ordinal);
    }

    private static LeaseLimits Wide => new(BatchMessages: 128, BatchBytes: 1 << 20, WindowMessages: 256, WindowBytes: 1 << 20);
}
