using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>However many peers write, a bounded number is remembered.</summary>
public sealed class SessionBoundsTests : IDisposable
{
    private readonly SessionPeer _alice = SessionPeer.New(new SessionOptions { MaxPeers = 4 });
    private readonly SessionPeer _friend = SessionPeer.New();
    private readonly List<SessionPeer> _others = [];

    [Fact]
    public void Strangers_that_only_wrote_push_out_each_other_and_no_friend()
    {
        _friend.Talk(_alice);
        foreach (var _ in Enumerable.Range(0, 10))
            Stranger().Say(_alice);

        Assert.Equal([false, false, false, false, false, false, false, true, true, true], _others.Select(stranger => _alice.Table.HasToAnswer(stranger.Id)));
        Assert.Equal(PacketType.Data, _alice.Say(_friend));
        Assert.Equal(PacketType.Data, _friend.Say(_alice));
    }

    [Fact]
    public void Among_those_one_talks_to_who_was_silent_longest_goes_first_and_comes_back_by_itself()
    {
        _friend.Talk(_alice);
        foreach (var _ in Enumerable.Range(0, 4))
            Stranger().Talk(_alice);

        Assert.Equal(default, _alice.Table.Current(_friend.Id));
        Assert.All(_others, other => other.AssertAgreesWith(_alice));

        Assert.Equal(OpenOutcome.UnknownSession, _alice.Open(_friend, _friend.Seal(_alice, "in the old session")));
        _alice.Talk(_friend);
        _alice.AssertAgreesWith(_friend);
    }

    [Fact]
    public void What_cannot_be_opened_leaves_no_trace()
    {
        _alice.Say(_friend);
        foreach (var _ in Enumerable.Range(0, 10))
        {
            var stranger = Stranger();
            Assert.Equal(OpenOutcome.NotAuthentic, _alice.Open(stranger, stranger.Seal(_friend, "not for alice")));
            Assert.Equal(OpenOutcome.WrongSender, _alice.Open(stranger, Stranger().Seal(_alice, "by another stranger")));
            Assert.Equal(OpenOutcome.UnknownSession, _alice.Open(stranger, Packet.Create(PacketType.Data, new SessionId(1), Packet.DataOverhead)));
        }

        // That many would have pushed out the friend, whose answer is still awaited.
        _friend.Read(_alice, _alice.Seal(_friend, "hello"));
        Assert.Equal(PacketType.Response, _friend.Say(_alice));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _friend.Dispose();
        _others.ForEach(other => other.Dispose());
    }

    private SessionPeer Stranger()
    {
        var stranger = SessionPeer.New();
        _others.Add(stranger);
        return stranger;
    }
}
