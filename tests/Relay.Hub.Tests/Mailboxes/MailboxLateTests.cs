using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>What its recipient found to come behind later messages is lost, and reported, and nothing else is.</summary>
public sealed class MailboxLateTests
{
    private readonly MailboxBox _mailbox = new(capacity: 10);

    [Fact]
    public void What_came_too_late_is_lost_and_the_rest_of_what_is_acknowledged_is_not()
    {
        _mailbox.Attend();
        _mailbox.AppendRepeats(1, 2, 3);
        _mailbox.Append(4);
        _mailbox.AppendRepeats(5, 6);
        _mailbox.Lease();

        // Number 4 was never sent before, and so cannot come too late, whatever the recipient says.
        _mailbox.Acknowledge(5, Range(2, 5));

        Assert.Equal([2, 3, 5], _mailbox.Dropped);
        Assert.All(_mailbox.Changes.Dropped, one => Assert.Equal(LossCause.Late, one.Cause));
        Assert.Equal(2, _mailbox.Changes.Settled);
        Assert.Equal(1, _mailbox.Box.Count);
        Assert.Equal(0, _mailbox.Box.Lost);
    }

    [Fact]
    public void What_is_not_acknowledged_with_it_is_not_lost_yet()
    {
        _mailbox.Attend();
        _mailbox.AppendRepeats(1, 2, 3);
        _mailbox.Lease();

        _mailbox.Acknowledge(1, Range(2, 3));

        Assert.Empty(_mailbox.Dropped);
        Assert.Equal(2, _mailbox.Box.Count);
    }

    [Fact]
    public void A_gap_in_front_of_it_does_not_shift_which_it_is()
    {
        _mailbox.AppendRepeats(1, 2, 3);
        _mailbox.AppendFrom("bob", 4, 5, 6);
        _mailbox.AppendRepeats(7);
        _mailbox.AppendFrom("bob", 8, 9, 10, 11);
        _mailbox.Changes.Clear();
        _mailbox.Attend();
        Assert.Equal("1 2 3 (1 up to 4) 5 6 7 8 9 10 11", _mailbox.Story());

        _mailbox.Acknowledge(11, Range(2, 2), Range(4, 4), Range(7, 7));

        Assert.Equal([2, 7], _mailbox.Dropped);
    }

    [Fact]
    public void Ranges_out_of_order_or_of_nothing_lose_nothing_else()
    {
        _mailbox.Attend();
        _mailbox.AppendRepeats(1, 2, 3);
        _mailbox.Lease();

        _mailbox.Acknowledge(3, Range(long.MinValue, 0), Range(1, 0), Range(2, 2), Range(1, 1), Range(4, long.MaxValue));

        Assert.Equal([2], _mailbox.Dropped);
    }

    [Fact]
    public void A_repeat_is_delivered_as_one_and_keeps_its_time()
    {
        _mailbox.Box.Append(_mailbox.Entry(1) with { Repeat = true }, default, _mailbox.Changes);
        _mailbox.Append(2);

        _mailbox.Time.Advance(MailboxBox.TimeToLive / 2);
        _mailbox.Append(3);
        _mailbox.Attend();
        Assert.Equal([true, false, false], _mailbox.Box.Lease(new LeaseLimits(10, 1000, 10, 1000), out _).Select(message => message.Repeat));

        _mailbox.Leave();
        _mailbox.Time.Advance(MailboxBox.TimeToLive);
        _mailbox.Expire();
        Assert.Equal([1, 2, 3], _mailbox.Dropped);
    }

    [Fact]
    public void A_repeat_that_waits_for_a_place_is_still_one_when_it_gets_it()
    {
        _mailbox.Attend();
        _mailbox.Append(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        Assert.Equal(
            AppendOutcome.Waiting, _mailbox.Box.Append(_mailbox.Entry(11) with { Repeat = true }, new SendTicket(_mailbox.Sender, 11), _mailbox.Changes));
        _mailbox.Lease();

        _mailbox.Acknowledge(1);

        Assert.True(Assert.Single(_mailbox.Box.Lease(new LeaseLimits(10, 1000, 20, 1000), out _)).Repeat);
    }

    private static NumberRange Range(long from, long to) => new() { From = from, To = to };
}
