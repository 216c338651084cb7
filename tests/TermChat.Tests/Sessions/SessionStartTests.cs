using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>Handshakes that meet, get lost, or pile up.</summary>
public sealed class SessionStartTests : IDisposable
{
    private readonly SessionPeer _leader;
    private readonly SessionPeer _follower;

    public SessionStartTests() => (_leader, _follower) = SessionPeer.Pair();

    [Fact]
    public void Each_message_to_a_silent_peer_stands_alone()
    {
        var packets = Enumerable.Range(0, 5).Select(number => _leader.Seal(_follower, $"{number}")).ToList();

        Assert.All(packets, packet => Assert.Equal(PacketType.Initiation, SessionPeer.TypeOf(packet)));
        Assert.Equal("3", _follower.Read(_leader, packets[3]));
        Assert.Equal("1", _follower.Read(_leader, packets[1]));
    }

    [Fact]
    public void A_backlog_of_a_thousand_messages_costs_one_answer()
    {
        var packets = Enumerable.Range(0, 1000).Select(number => _leader.Seal(_follower, $"{number}")).ToList();
        for (var number = 0; number < packets.Count; number++)
            Assert.Equal($"{number}", _follower.Read(_leader, packets[number]));

        Assert.Equal(PacketType.Response, _follower.Say(_leader));

        _leader.AssertAgreesWith(_follower);
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
    }

    [Fact]
    public void Any_of_the_last_sixteen_can_still_be_answered()
    {
        var packets = Enumerable.Range(0, 17).Select(number => _leader.Seal(_follower, $"{number}")).ToList();
        _follower.Read(_leader, packets[1]);
        Assert.Equal("ok", _leader.Read(_follower, _follower.Seal(_leader, "ok")));

        using var late = SessionPeer.New();
        var more = Enumerable.Range(0, 17).Select(number => late.Seal(_follower, $"{number}")).ToList();
        _follower.Read(late, more[0]);
        Assert.Equal(OpenOutcome.UnknownSession, late.Open(_follower, _follower.Seal(late, "too late")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_starting_at_once_end_in_one_session(bool leaderHearsFirst)
    {
        var fromLeader = _leader.Seal(_follower, "me first");
        var fromFollower = _follower.Seal(_leader, "me first");
        if (leaderHearsFirst)
            _leader.Read(_follower, fromFollower);
        _follower.Read(_leader, fromLeader);
        if (!leaderHearsFirst)
            _leader.Read(_follower, fromFollower);

        // Both answer before either hears the other's answer.
        var (answer, other) = (_leader.Seal(_follower, "me second"), _follower.Seal(_leader, "me second"));
        Assert.Equal("me second", _leader.Read(_follower, other));
        Assert.Equal("me second", _follower.Read(_leader, answer));

        _leader.Talk(_follower);
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void A_lost_first_message_stops_nobody()
    {
        // The leader's is lost for ever, and from then on it only answers.
        _leader.Seal(_follower, "lost");
        _follower.Say(_leader);

        Assert.Equal(PacketType.Response, _leader.Say(_follower));
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void A_lost_answer_is_noticed_and_made_up_for()
    {
        _follower.Say(_leader);
        _leader.Seal(_follower, "lost");
        Assert.Equal(OpenOutcome.UnknownSession, _follower.Open(_leader, _leader.Seal(_follower, "in a session that only one side has")));

        _follower.Talk(_leader);

        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void An_answer_overtaken_by_what_follows_it_still_makes_the_session()
    {
        _follower.Say(_leader);
        var answer = _leader.Seal(_follower, "first");
        var next = _leader.Seal(_follower, "second");

        Assert.Equal(OpenOutcome.UnknownSession, _follower.Open(_leader, next));
        Assert.Equal("first", _follower.Read(_leader, answer));

        _leader.AssertAgreesWith(_follower);
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        Assert.Equal("second", _follower.Read(_leader, next));
    }

    [Fact]
    public void Answers_in_any_order_end_in_one_session()
    {
        var first = _leader.Seal(_follower, "one");
        var second = _leader.Seal(_follower, "two");
        _follower.Read(_leader, first);
        var answerToFirst = _follower.Seal(_leader, "to one");
        _follower.Read(_leader, second);
        var answerToSecond = _follower.Seal(_leader, "to two");

        Assert.Equal("to one", _leader.Read(_follower, answerToFirst));
        Assert.Equal("to two", _leader.Read(_follower, answerToSecond));

        _leader.Talk(_follower);
        _leader.AssertAgreesWith(_follower);
    }

    [Fact]
    public void Of_several_handshakes_the_newest_is_answered_whatever_order_they_come_in()
    {
        var packets = Enumerable.Range(0, 3).Select(number => _leader.Seal(_follower, $"{number}")).ToList();
        foreach (var at in new[] { 1, 2, 0 })
            Assert.Equal($"{at}", _follower.Read(_leader, packets[at]));

        Assert.True(_follower.Table.TrySeal(_leader.Id, "ok"u8, out var answer));

        Assert.Equal(Packet.TryReadHeader(packets[2].Span, out _, out var newest) ? newest : default, answer.Session);
    }

    public void Dispose()
    {
        _leader.Dispose();
        _follower.Dispose();
    }
}
