using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>What happens when a side has lost its sessions.</summary>
public sealed class SessionHealingTests : IDisposable
{
    private readonly SessionPeer _leader;
    private readonly SessionPeer _follower;

    public SessionHealingTests() => (_leader, _follower) = SessionPeer.TalkingPair();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_side_that_lost_its_sessions_gets_a_new_one_with_its_first_message(bool leaderLoses)
    {
        var (forgetful, other) = leaderLoses ? (_leader, _follower) : (_follower, _leader);
        forgetful.Restart();

        Assert.Equal(PacketType.Initiation, forgetful.Say(other));
        Assert.Equal(PacketType.Response, other.Say(forgetful));

        _leader.Talk(_follower);
        _leader.AssertAgreesWith(_follower);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_comes_in_a_lost_session_is_told_apart_from_what_is_forged(bool leaderLoses)
    {
        var (forgetful, other) = leaderLoses ? (_leader, _follower) : (_follower, _leader);
        Assert.True(other.Table.TrySeal(forgetful.Id, "hello"u8, out var packet));
        forgetful.Restart();

        var opened = forgetful.Table.Open(other.Id, packet.Bytes);

        Assert.Equal(new OpenedPacket(OpenOutcome.UnknownSession, packet.Session, default, IsEarly: false), opened);
        Assert.Equal(PacketType.Initiation, forgetful.Say(other));
    }

    [Fact]
    public void An_unknown_session_makes_the_next_message_a_new_start_though_there_is_another_session()
    {
        // A renewal, of which the answer gets lost: the leader goes on in a session that the follower does not have.
        _leader.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(PacketType.Initiation, _follower.Say(_leader));
        _leader.Seal(_follower, "lost");
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        Assert.Equal(OpenOutcome.UnknownSession, _follower.Open(_leader, _leader.Seal(_follower, "in the one that got lost")));

        Assert.Equal(PacketType.Initiation, _follower.Say(_leader));
        Assert.Equal(PacketType.Response, _leader.Say(_follower));
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void Both_losing_everything_is_no_different_from_never_having_met()
    {
        _leader.Restart();
        _follower.Restart();

        _follower.Talk(_leader);

        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void A_peer_whose_clock_was_set_back_while_it_forgot_is_still_understood_and_gets_a_session_once_it_says_so()
    {
        _follower.Restart();
        _follower.Talk(_leader);
        _follower.RestartWithClockSetBack();
        Assert.Equal(PacketType.Initiation, _follower.Say(_leader));
        Assert.False(_leader.Table.HasToAnswer(_follower.Id));
        Assert.True(_leader.Table.TrySeal(_follower.Id, "hello"u8, out var packet));
        Assert.Equal(OpenOutcome.UnknownSession, _follower.Open(_leader, packet.Bytes));

        // The follower says, in an Initiation, that it does not have this session.
        _follower.Say(_leader);
        _leader.Table.Discard(_follower.Id, packet.Session);

        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));
        Assert.Equal(PacketType.Response, _follower.Say(_leader));
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void A_late_word_about_a_lost_session_does_not_touch_another()
    {
        var old = _leader.Table.Current(_follower.Id);
        _follower.Restart();
        _follower.Talk(_leader);
        var current = _leader.Table.Current(_follower.Id);

        _leader.Table.Discard(_follower.Id, old);
        _leader.Table.Discard(_follower.Id, new SessionId(4711));

        Assert.Equal(current, _leader.Table.Current(_follower.Id));
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
    }

    [Fact]
    public void A_forgotten_peer_is_a_stranger_again()
    {
        _leader.Table.Forget(_follower.Id);

        Assert.Equal(default, _leader.Table.Current(_follower.Id));
        Assert.Equal(PacketType.Initiation, _leader.Say(_follower));
        _leader.Talk(_follower);
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void What_is_still_on_its_way_in_older_sessions_arrives()
    {
        var late = new List<ReadOnlyMemory<byte>>();
        for (var session = 0; session < 4; session++)
        {
            late.Add(_follower.Seal(_leader, $"{session}"));
            _follower.Table.Discard(_leader.Id, _follower.Table.Current(_leader.Id));
            _follower.Say(_leader);
            _leader.Say(_follower);
        }

        // Four sessions are kept, and the first of these five is gone.
        Assert.Equal(OpenOutcome.UnknownSession, _leader.Open(_follower, late[0]));
        for (var session = 1; session < 4; session++)
            Assert.Equal($"{session}", _leader.Read(_follower, late[session]));
    }

    public void Dispose()
    {
        _leader.Dispose();
        _follower.Dispose();
    }
}
