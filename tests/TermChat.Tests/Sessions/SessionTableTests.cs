using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>How sessions begin, and what their packets carry.</summary>
public sealed class SessionTableTests : IDisposable
{
    private readonly SessionPeer _alice;
    private readonly SessionPeer _bob;

    public SessionTableTests() => (_alice, _bob) = SessionPeer.Pair();

    [Fact]
    public void The_first_message_to_a_stranger_already_carries_text()
    {
        Assert.True(_alice.Table.TrySeal(_bob.Id, "hello"u8, out var packet));

        var opened = _bob.Table.Open(_alice.Id, packet.Bytes);

        Assert.Equal(OpenOutcome.Opened, opened.Outcome);
        Assert.Equal("hello"u8, opened.Plaintext.Span);
        Assert.Equal(packet.Session, opened.Session);
        Assert.True(opened.IsEarly);
    }

    [Fact]
    public void The_answer_carries_text_too_and_makes_a_session_of_both()
    {
        Assert.Equal(default, _alice.Table.Current(_bob.Id));
        Assert.Equal(PacketType.Initiation, _alice.Say(_bob));
        Assert.True(_bob.Table.HasToAnswer(_alice.Id));

        Assert.Equal(PacketType.Response, _bob.Say(_alice));

        Assert.False(_bob.Table.HasToAnswer(_alice.Id));
        Assert.NotEqual(default, _alice.Table.Current(_bob.Id));
        Assert.Equal(_alice.Table.Current(_bob.Id), _bob.Table.Current(_alice.Id));
        Assert.Equal(PacketType.Data, _alice.Say(_bob));
        Assert.Equal(PacketType.Data, _bob.Say(_alice));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }
}
