using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Append, lease, acknowledge: the ordinary way of a message.</summary>
public sealed class MailboxDeliveryTests
{
    private static readonly LeaseLimits Narrow = new(BatchMessages: 2, BatchBytes: 100, WindowMessages: 3, WindowBytes: 100);
    private readonly MailboxBox _mailbox = new();

    [Fact]
    public void Messages_come_out_in_the_order_they_went_in()
    {
        _mailbox.Append(1, 2, 3);
        _mailbox.Attend();

        Assert.Equal([1, 2, 3], _mailbox.Lease());
    }

    [Fact]
    public void A_message_is_accepted_for_who_is_there_and_queued_for_who_is_away()
    {
        Assert.Equal(AppendOutcome.Queued, _mailbox.Append(1));

        _mailbox.Attend();

        Assert.Equal(AppendOutcome.Accepted, _mailbox.Append(2));
    }

    [Fact]
    public void Positions_count_up_from_one_without_gaps()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2);
        Assert.Equal("at 1: 1, 2", _mailbox.LeaseAt());

        _mailbox.Append(3);

        Assert.Equal("at 3: 3", _mailbox.LeaseAt());
        Assert.Equal(3, _mailbox.Box.Last);
    }

    [Fact]
    public void A_mailbox_that_succeeds_a_forgotten_one_goes_on_behind_its_positions()
    {
        var mailbox = new MailboxBox(acknowledged: 41);
        mailbox.Append(1);
        mailbox.Attend();

        Assert.Equal("at 42: 1", mailbox.LeaseAt());
        Assert.Equal(41, mailbox.Box.Acknowledged);
        Assert.Equal(0, mailbox.Box.Lost);
    }

    [Fact]
    public void A_leased_message_is_not_leased_again_to_the_same_connection()
    {
        _mailbox.Attend();
        _mailbox.Append(1);
        _mailbox.Lease();

        Assert.Empty(_mailbox.Lease());
        Assert.False(_mailbox.Box.HasUndelivered);
        Assert.Equal(1, _mailbox.Box.Count);
    }

    [Fact]
    public void One_batch_holds_no_more_than_it_may_and_the_next_goes_on_behind_it()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3);

        Assert.Equal("at 1: 1, 2", _mailbox.LeaseAt(Narrow));
        Assert.Equal("at 3: 3", _mailbox.LeaseAt(Narrow));
    }

    [Fact]
    public void No_more_is_leased_than_the_window_holds_until_some_is_acknowledged()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3, 4, 5);
        _mailbox.Lease(Narrow);
        _mailbox.Lease(Narrow);
        Assert.Empty(_mailbox.Lease(Narrow));

        Assert.True(_mailbox.Acknowledge(1));

        Assert.Equal("at 4: 4", _mailbox.LeaseAt(Narrow));
        Assert.Empty(_mailbox.Lease(Narrow));
    }

    [Fact]
    public void The_window_counts_bytes_too()
    {
        _mailbox.Attend();
        _mailbox.AppendLarge(1, 60);
        _mailbox.AppendLarge(2, 60);

        Assert.Equal([1], _mailbox.Lease(Narrow));
        Assert.Empty(_mailbox.Lease(Narrow));

        _mailbox.Acknowledge(1);
        Assert.Equal([2], _mailbox.Lease(Narrow));
    }

    [Fact]
    public void A_message_larger_than_every_limit_goes_alone()
    {
        _mailbox.Attend();
        _mailbox.AppendLarge(1, 500);
        _mailbox.Append(2);

        Assert.Equal([1], _mailbox.Lease(Narrow));
        Assert.Empty(_mailbox.Lease(Narrow));

        _mailbox.Acknowledge(1);
        Assert.Equal([2], _mailbox.Lease(Narrow));
    }

    [Fact]
    public void An_acknowledgement_settles_everything_before_it()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3);
        _mailbox.Lease();

        Assert.True(_mailbox.Acknowledge(2));

        Assert.Equal(2, _mailbox.Box.Acknowledged);
        Assert.Equal(1, _mailbox.Box.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public void An_older_acknowledgement_changes_nothing(long older)
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3);
        _mailbox.Lease();
        _mailbox.Acknowledge(2);

        Assert.True(_mailbox.Acknowledge(older));

        Assert.Equal(2, _mailbox.Box.Acknowledged);
        Assert.Equal(1, _mailbox.Box.Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public void What_was_never_delivered_cannot_be_acknowledged(long beyond)
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2);
        _mailbox.Lease();
        _mailbox.Append(3);

        Assert.False(_mailbox.Acknowledge(beyond));

        Assert.Equal(3, _mailbox.Box.Count);
        Assert.Equal(0, _mailbox.Box.Acknowledged);
    }

    [Fact]
    public void A_repeated_message_is_answered_again_and_held_once()
    {
        _mailbox.Append(1);

        Assert.Equal(AppendOutcome.Queued, _mailbox.Append(1));

        _mailbox.Attend();
        Assert.Equal(AppendOutcome.Accepted, _mailbox.Append(1));
        Assert.Equal([1], _mailbox.Lease());
    }

    [Fact]
    public void Two_senders_may_choose_the_same_id()
    {
        var bob = Relay.Contracts.PeerId.Parse("bob");
        _mailbox.Append(1);
        _mailbox.Box.Append(_mailbox.Entry(1, bob), new SendTicket(_mailbox.Sender, 1), _mailbox.Changes);

        Assert.Equal(2, _mailbox.Box.Count);
    }

    [Fact]
    public void A_full_budget_refuses_and_takes_again_after_a_delivery()
    {
        var mailbox = new MailboxBox(budget: 2 * (MailboxEntry.Overhead + 1));
        mailbox.Attend();
        mailbox.Append(1, 2);

        Assert.Equal(AppendOutcome.BudgetExceeded, mailbox.Append(3));

        mailbox.Lease();
        mailbox.Acknowledge(1);
        Assert.Equal(AppendOutcome.Accepted, mailbox.Append(3));
        mailbox.Lease();
        mailbox.Acknowledge(3);
        Assert.Equal(0, mailbox.Budget.Used);
    }

    [Fact]
    public void A_message_never_prints_its_payload()
    {
        var printed = _mailbox.Entry(65, length: 3).ToString();

        Assert.Contains("3 bytes", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Payload", printed, StringComparison.Ordinal);
    }
}
