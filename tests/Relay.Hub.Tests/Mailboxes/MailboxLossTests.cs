using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Eviction, expiry, and the gap they leave: nothing is lost that is not counted.</summary>
public sealed class MailboxLossTests
{
    private readonly MailboxBox _mailbox = new(capacity: 3);

    [Fact]
    public void The_oldest_gives_way_while_the_recipient_is_away_and_is_reported()
    {
        Assert.Equal(AppendOutcome.Queued, _mailbox.Append(1, 2, 3, 4, 5));

        Assert.Equal([1, 2], _mailbox.Dropped);
        Assert.All(_mailbox.Changes.Dropped, one => Assert.Equal(LossCause.MailboxFull, one.Cause));
        Assert.Equal(2, _mailbox.Box.Lost);
        _mailbox.Attend();
        Assert.Equal("at 3: 3, 4, 5", _mailbox.LeaseAt());
    }

    [Fact]
    public void A_repeat_into_a_full_mailbox_evicts_nothing()
    {
        _mailbox.Append(1, 2, 3);

        _mailbox.Append(1);

        Assert.Empty(_mailbox.Dropped);
    }

    [Fact]
    public void A_message_that_was_delivered_but_not_acknowledged_can_be_evicted_once_the_recipient_left()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3);
        _mailbox.Lease();
        _mailbox.Leave();

        _mailbox.Append(4);

        Assert.Equal([1], _mailbox.Dropped);
        Assert.Equal(1, _mailbox.Box.Lost);
    }

    [Fact]
    public void A_recipient_that_took_a_lost_message_before_it_was_lost_misses_nothing()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3);
        _mailbox.Lease();
        _mailbox.Leave();
        _mailbox.Append(4, 5);

        _mailbox.Attend(resumeFrom: 2);

        Assert.Equal(0, _mailbox.Box.Lost);
        Assert.Equal([3, 4, 5], _mailbox.Lease());
    }

    [Fact]
    public void The_gap_stays_until_it_is_acknowledged()
    {
        _mailbox.Append(1, 2, 3, 4, 5);
        _mailbox.Attend();
        Assert.Equal(2, _mailbox.Box.Lost);
        _mailbox.Leave();
        _mailbox.Attend();
        Assert.Equal(2, _mailbox.Box.Lost);

        Assert.True(_mailbox.Acknowledge(2));

        Assert.Equal(0, _mailbox.Box.Lost);
        Assert.Equal(3, _mailbox.Box.Count);
    }

    [Fact]
    public void Acknowledging_a_message_behind_the_gap_settles_the_gap_too()
    {
        _mailbox.Append(1, 2, 3, 4, 5);
        _mailbox.Attend();
        _mailbox.Lease();

        Assert.True(_mailbox.Acknowledge(3));

        Assert.Equal(0, _mailbox.Box.Lost);
        Assert.Equal(2, _mailbox.Box.Count);
    }

    [Fact]
    public void Nobody_loses_anything_while_connected()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3, 4, 5);
        _mailbox.Time.Advance(MailboxBox.TimeToLive * 3);

        _mailbox.Expire();

        Assert.Empty(_mailbox.Dropped);
        Assert.Equal(0, _mailbox.Box.Lost);
    }

    [Fact]
    public void A_message_expires_when_nobody_came_for_it_in_time()
    {
        _mailbox.Append(1);
        _mailbox.Time.Advance(MailboxBox.TimeToLive / 2);
        _mailbox.Append(2);
        _mailbox.Time.Advance(MailboxBox.TimeToLive / 2 - TimeSpan.FromTicks(1));
        _mailbox.Expire();
        Assert.Empty(_mailbox.Dropped);

        _mailbox.Time.Advance(TimeSpan.FromTicks(1));
        _mailbox.Expire();

        Assert.Equal([1], _mailbox.Dropped);
        Assert.Equal(LossCause.Expired, _mailbox.Changes.Dropped[0].Cause);
        Assert.Equal(1, _mailbox.Box.Lost);
    }

    [Fact]
    public void A_recipient_that_comes_too_late_is_told_although_nobody_swept_before()
    {
        _mailbox.Append(1);
        _mailbox.Time.Advance(MailboxBox.TimeToLive);

        _mailbox.Attend();

        Assert.Equal([1], _mailbox.Dropped);
        Assert.Equal(1, _mailbox.Box.Lost);
        Assert.Empty(_mailbox.Lease());
    }

    [Fact]
    public void A_slow_reader_loses_nothing_by_a_short_absence()
    {
        _mailbox.Attend();
        _mailbox.Append(1);
        _mailbox.Lease();
        _mailbox.Time.Advance(MailboxBox.TimeToLive * 2);

        _mailbox.Leave();
        _mailbox.Expire();
        _mailbox.Attend();

        Assert.Empty(_mailbox.Dropped);
        Assert.Equal([1], _mailbox.Lease());
    }

    [Fact]
    public void A_message_the_recipient_took_before_it_expired_is_not_reported()
    {
        _mailbox.Attend();
        _mailbox.Append(1);
        _mailbox.Lease();
        _mailbox.Leave();
        _mailbox.Time.Advance(MailboxBox.TimeToLive);

        _mailbox.Attend(resumeFrom: 1);

        Assert.Empty(_mailbox.Dropped);
        Assert.Equal(0, _mailbox.Box.Lost);
    }

    [Fact]
    public void A_mailbox_with_a_message_or_an_untold_loss_is_not_forgotten()
    {
        var reports = TimeSpan.FromDays(1);
        Assert.True(_mailbox.Box.IsIdle(reports));
        _mailbox.Append(1);
        Assert.False(_mailbox.Box.IsIdle(reports));

        _mailbox.Time.Advance(MailboxBox.TimeToLive);
        _mailbox.Expire();
        Assert.False(_mailbox.Box.IsIdle(reports));

        _mailbox.Time.Advance(reports);
        Assert.True(_mailbox.Box.IsIdle(reports));
        _mailbox.Attend();
        Assert.False(_mailbox.Box.IsIdle(reports));
    }

    [Fact]
    public void What_is_lost_is_no_longer_paid_for()
    {
        _mailbox.Append(1, 2, 3, 4, 5);
        Assert.Equal(3 * (MailboxEntry.Overhead + 1), _mailbox.Budget.Used);

        _mailbox.Time.Advance(MailboxBox.TimeToLive);
        _mailbox.Expire();

        Assert.Equal(0, _mailbox.Budget.Used);
    }
}
