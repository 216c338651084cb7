namespace Relay.Hub.Tests.Mailboxes;

/// <summary>The recipient goes, comes back, or is replaced: what it has not acknowledged stays in its old place.</summary>
public sealed class MailboxReconnectTests
{
    private readonly MailboxBox _mailbox = new();

    public MailboxReconnectTests()
    {
        _mailbox.Append(1, 2, 3);
        _mailbox.Attend();
    }

    [Fact]
    public void What_was_not_acknowledged_is_delivered_again_in_its_old_place()
    {
        _mailbox.Lease();
        _mailbox.Acknowledge(1);

        _mailbox.Leave();
        _mailbox.Append(4);
        _mailbox.Attend();

        Assert.Equal("at 2: 2, 3, 4", _mailbox.LeaseAt());
    }

    [Fact]
    public void A_takeover_without_a_goodbye_delivers_it_again_too()
    {
        _mailbox.Lease();

        _mailbox.Attend();

        Assert.Equal("at 1: 1, 2, 3", _mailbox.LeaseAt());
    }

    [Fact]
    public void The_window_is_the_new_connections_own()
    {
        var narrow = new Hub.Mailboxes.LeaseLimits(BatchMessages: 8, BatchBytes: 100, WindowMessages: 2, WindowBytes: 100);
        Assert.Equal([1, 2], _mailbox.Lease(narrow));
        Assert.Empty(_mailbox.Lease(narrow));

        _mailbox.Attend();

        Assert.Equal([1, 2], _mailbox.Lease(narrow));
    }

    [Fact]
    public void An_acknowledgement_by_the_new_connection_of_what_only_the_old_one_was_given_is_refused()
    {
        _mailbox.Lease();
        _mailbox.Attend();

        Assert.False(_mailbox.Acknowledge(3));

        Assert.Equal([1, 2, 3], _mailbox.Lease());
    }

    [Fact]
    public void A_client_that_says_what_its_application_took_gets_only_the_rest()
    {
        _mailbox.Lease();
        _mailbox.Leave();

        _mailbox.Attend(resumeFrom: 2);

        Assert.Equal(2, _mailbox.Box.Acknowledged);
        Assert.Equal("at 3: 3", _mailbox.LeaseAt());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_client_cannot_have_taken_what_was_never_delivered(long resumeFrom)
    {
        _mailbox.Lease(new Hub.Mailboxes.LeaseLimits(2, 100, 2, 100));
        _mailbox.Leave();

        _mailbox.Attend(resumeFrom);

        Assert.Equal(0, _mailbox.Box.Acknowledged);
        Assert.Equal([1, 2, 3], _mailbox.Lease());
    }

    [Fact]
    public void Resuming_opens_room_for_messages_that_wait()
    {
        var mailbox = new MailboxBox(capacity: 2);
        mailbox.Attend();
        mailbox.Append(1, 2, 3);
        mailbox.Lease();

        mailbox.Attend(resumeFrom: 1);

        Assert.Equal(3, Assert.Single(mailbox.Changes.Accepted).Number);
        Assert.Equal([2, 3], mailbox.Lease());
    }
}
