using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>Keys are replaced while they are in use.</summary>
public sealed class SessionRenewalTests : IDisposable
{
    private readonly SessionPeer _leader;
    private readonly SessionPeer _follower;

    public SessionRenewalTests() => (_leader, _follower) = SessionPeer.TalkingPair(new SessionOptions { RekeyAfterMessages = 32 });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_so_many_messages_the_next_one_begins_a_new_session(bool leaderTalks)
    {
        var (talker, listener) = leaderTalks ? (_leader, _follower) : (_follower, _leader);
        var before = talker.Table.Current(listener.Id);
        SayUntil(PacketType.Initiation, talker, listener, atMost: 33);

        Assert.Equal(PacketType.Data, talker.Say(listener));
        Assert.Equal(PacketType.Response, listener.Say(talker));

        Assert.NotEqual(before, talker.Table.Current(listener.Id));
        talker.AssertAgreesWith(listener);
        Assert.Equal(PacketType.Data, talker.Say(listener));
    }

    [Fact]
    public void After_so_long_the_next_message_begins_a_new_session()
    {
        var before = _leader.Table.Current(_follower.Id);
        _leader.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
        _leader.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
        Assert.Equal(PacketType.Response, _follower.Say(_leader));

        _leader.AssertAgreesWith(_follower);
        Assert.NotEqual(before, _leader.Table.Current(_follower.Id));
    }

    [Fact]
    public void A_renewal_that_got_lost_is_tried_again_soon()
    {
        SayUntil(PacketType.Initiation, _leader, _follower, atMost: 33);
        Assert.Equal(3, SayUntil(PacketType.Initiation, _leader, _follower, atMost: 33));
    }

    [Fact]
    public void At_twice_the_number_nothing_more_is_said_in_a_session()
    {
        var data = 0;
        for (var count = 0; count < 200; count++)
            data += _leader.Say(_follower) == PacketType.Data ? 1 : 0;

        // The talk before had one message of the leader's in it.
        Assert.InRange(data, 62, 64);
        Assert.Equal(default, _leader.Table.Current(_follower.Id));
        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));

        // Whoever is listening can end it with one word.
        _follower.Say(_leader);
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void At_twice_the_time_nothing_more_is_said_in_a_session()
    {
        _leader.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));
        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));
        Assert.Equal(PacketType.Response, _follower.Say(_leader));
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
    }

    [Fact]
    public void Both_renewing_at_once_end_in_one_session()
    {
        _leader.Time.Advance(TimeSpan.FromHours(1));
        var (fromLeader, fromFollower) = (_leader.Seal(_follower, "new"), _follower.Seal(_leader, "new"));
        _leader.Read(_follower, fromFollower);
        _follower.Read(_leader, fromLeader);
        (fromLeader, fromFollower) = (_leader.Seal(_follower, "answer"), _follower.Seal(_leader, "answer"));
        _leader.Read(_follower, fromFollower);
        _follower.Read(_leader, fromLeader);

        Assert.Equal(PacketType.Data, _leader.Say(_follower));

        _leader.AssertAgreesWith(_follower);
    }

    public void Dispose()
    {
        _leader.Dispose();
        _follower.Dispose();
    }

    private static int SayUntil(PacketType type, SessionPeer talker, SessionPeer listener, int atMost)
    {
        for (var count = 1; count <= atMost; count++)
        {
            if (talker.Say(listener) == type)
                return count;
        }

        Assert.Fail($"No {type} in {atMost} messages.");
        return 0;
    }
}
