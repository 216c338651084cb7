using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>The acceptance boundary: what a slow recipient's senders do not get accepted yet.</summary>
public sealed class MailboxWaitingTests
{
    private readonly MailboxBox _mailbox = new(capacity: 2);

    public MailboxWaitingTests() => _mailbox.Attend();

    private IEnumerable<long> AcceptedNow => _mailbox.Changes.Accepted.Select(ticket => ticket.Number);

    [Fact]
    public void Behind_a_full_mailbox_messages_wait_and_are_accepted_in_order_as_room_comes()
    {
        Assert.Equal(AppendOutcome.Accepted, _mailbox.Append(1, 2));
        Assert.Equal(AppendOutcome.Waiting, _mailbox.Append(3, 4));
        _mailbox.Lease();
        Assert.Empty(AcceptedNow);

        _mailbox.Acknowledge(1);
        Assert.Equal([3], AcceptedNow);
        _mailbox.Acknowledge(2);
        Assert.Equal([3, 4], AcceptedNow);

        Assert.Equal("at 3: 3, 4", _mailbox.LeaseAt());
    }

    /// <remarks>In the line it could come to its turn when the first copy has been lost, and be accepted behind its successors.</remarks>
    [Fact]
    public void A_repeat_of_what_is_held_is_answered_at_once_though_others_wait()
    {
        _mailbox.Append(1, 2, 3);

        Assert.Equal(AppendOutcome.Accepted, _mailbox.Append(1));
        Assert.Equal(1, _mailbox.Box.WaitingCount);
    }

    [Fact]
    public void A_waiting_message_is_not_delivered()
    {
        _mailbox.Append(1, 2, 3);

        Assert.Equal([1, 2], _mailbox.Lease());
        Assert.Equal(1, _mailbox.Box.WaitingCount);
        Assert.Equal(2, _mailbox.Box.Last);
    }

    [Fact]
    public void Who_waits_pays_with_its_own_window_until_it_is_accepted()
    {
        _mailbox.Append(1, 2);
        _mailbox.AppendLarge(3, 40);
        Assert.Equal((1, 40), (_mailbox.Sender.Waiting, _mailbox.Sender.WaitingBytes));

        _mailbox.Lease();
        _mailbox.Acknowledge(1);

        Assert.Equal((0, 0), (_mailbox.Sender.Waiting, _mailbox.Sender.WaitingBytes));
    }

    [Fact]
    public void A_full_window_refuses_and_costs_nothing()
    {
        var busy = new TestSender(window: 0);
        _mailbox.Append(1, 2);
        var before = _mailbox.Budget.Used;

        Assert.Equal(
            AppendOutcome.SendWindowMessagesExceeded, _mailbox.Box.Append(_mailbox.Entry(3), new SendTicket(busy, 3), _mailbox.Changes));

        Assert.Equal(before, _mailbox.Budget.Used);
        Assert.Equal(0, _mailbox.Box.WaitingCount);
    }

    [Fact]
    public void When_the_recipient_leaves_all_that_waited_is_accepted_and_the_oldest_give_way()
    {
        _mailbox.Append(1, 2, 3, 4);

        _mailbox.Leave();

        Assert.Equal([3, 4], AcceptedNow);
        Assert.Equal([1, 2], _mailbox.Dropped);
        Assert.Equal(0, _mailbox.Sender.Waiting);
        _mailbox.Attend();
        Assert.Equal("at 3: 3, 4", _mailbox.LeaseAt());
    }

    [Fact]
    public void A_repeat_of_a_waiting_message_waits_as_well_and_the_message_is_held_once()
    {
        _mailbox.Append(1, 2, 3, 3);
        _mailbox.Lease();

        _mailbox.Acknowledge(1);

        Assert.Equal([3], AcceptedNow);
        _mailbox.Leave();
        Assert.Equal([3, 3], AcceptedNow);
        Assert.Equal(2 * (MailboxEntry.Overhead + 1), _mailbox.Budget.Used);
    }

    [Fact]
    public void What_an_ended_sender_has_waiting_is_forgotten_and_everybody_elses_stays()
    {
        var other = new TestSender();
        _mailbox.Append(1, 2, 3);
        _mailbox.Box.Append(_mailbox.Entry(9, PeerId.Parse("bob")), new SendTicket(other, 9), _mailbox.Changes);
        _mailbox.Append(4);

        _mailbox.Box.ForgetWaiting(_mailbox.Sender);

        Assert.Equal(0, _mailbox.Sender.Waiting);
        Assert.Equal(1, _mailbox.Box.WaitingCount);
        Assert.Equal(3 * (MailboxEntry.Overhead + 1), _mailbox.Budget.Used);
        _mailbox.Lease();
        _mailbox.Acknowledge(2);
        Assert.Equal([9], _mailbox.Lease());
    }

    [Fact]
    public void The_time_to_live_of_a_message_that_waited_begins_when_it_is_accepted()
    {
        _mailbox.Append(1, 2, 3);
        _mailbox.Lease();
        _mailbox.Time.Advance(MailboxBox.TimeToLive * 2);
        _mailbox.Acknowledge(2);

        _mailbox.Leave();
        _mailbox.Expire();

        Assert.Empty(_mailbox.Dropped);
    }

    [Fact]
    public void New_messages_wait_behind_those_that_wait_although_there_is_room()
    {
        var mailbox = new MailboxBox(capacity: 1);
        mailbox.Attend();
        mailbox.Append(1, 2, 3);
        mailbox.Lease();
        mailbox.Acknowledge(1);

        Assert.Equal(AppendOutcome.Waiting, mailbox.Append(4));

        mailbox.Lease();
        mailbox.Acknowledge(2);
        mailbox.Lease();
        mailbox.Acknowledge(3);
        Assert.Equal("at 4: 4", mailbox.LeaseAt());
    }
}
