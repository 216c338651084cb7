using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Conversations.Delivery;
using TermChat.Conversations.Storage;
using TermChat.Sessions;

namespace TermChat.Tests.Conversations.Delivery;

/// <summary>Which copy of a message goes out next, and what the transports know it by.</summary>
public sealed class PeerLaneTests
{
    private readonly PeerLane _lane = new(PeerId.Parse("bob"));
    private readonly Outgoing _message = new(new StoredMessage(
        1, MessageId.New(), PeerId.Parse("bob"), "hello", DateTimeOffset.UnixEpoch, LineState.Waiting, 1, MessageId.New()));

    [Fact]
    public void The_first_copy_bears_the_id_of_the_message_so_that_a_crash_cannot_double_it()
    {
        _lane.Add(_message, wasSent: false);

        Assert.Equal(_message.Stored.Id, _lane.NextDue()!.Envelope);
    }

    [Fact]
    public void A_peer_that_is_away_is_asked_with_the_copy_the_relay_has_so_that_no_other_message_is_pushed_out()
    {
        Deliver();
        _lane.IsAway = true;

        _lane.Probe();

        Assert.Equal(_message.Stored.Id, _lane.NextDue()!.Envelope);
    }

    [Fact]
    public void A_peer_that_is_there_is_asked_with_a_new_copy_because_it_would_drop_the_old_one_as_a_repeat()
    {
        Deliver();

        _lane.Probe();

        Assert.NotEqual(_message.Stored.Id, _lane.NextDue()!.Envelope);
    }

    [Fact]
    public void What_an_earlier_run_sent_is_asked_about_with_the_copy_that_may_still_be_at_the_relay()
    {
        _lane.Add(_message, wasSent: true);
        Assert.Null(_lane.NextDue());

        _lane.Probe();
        Assert.Equal(_message.Stored.Id, _lane.NextDue()!.Envelope);
        HandOver();
        _lane.Probe();

        Assert.NotEqual(_message.Stored.Id, _lane.NextDue()!.Envelope);
    }

    private void Deliver()
    {
        _lane.Add(_message, wasSent: false);
        HandOver();
    }

    private void HandOver()
    {
        _lane.HandedOver(_message, transmission: 1, new SealedPacket(default, default, StandsAlone: true));
        _lane.Answered(_message, again: false);
    }
}
