using System.Text;
using Relay.Contracts;
using TermChat.Sessions;
using TermChat.Tests.Sessions.Noise;

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
        _alice.AssertAgreesWith(_bob);
        Assert.Equal(PacketType.Data, _alice.Say(_bob));
        Assert.Equal(PacketType.Data, _bob.Say(_alice));
    }

    [Fact]
    public void Only_the_first_messages_count_as_early()
    {
        Assert.True(Sent(_alice, _bob).IsEarly);
        Assert.False(Sent(_bob, _alice).IsEarly);
        Assert.False(Sent(_alice, _bob).IsEarly);
    }

    [Fact]
    public void Whoever_answered_can_go_on_at_once()
    {
        _alice.Say(_bob);
        var answer = _bob.Seal(_alice, "one");
        var more = _bob.Seal(_alice, "two");

        Assert.Equal("one", _alice.Read(_bob, answer));
        Assert.Equal("two", _alice.Read(_bob, more));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SessionTable.MaxPlaintext)]
    public void Any_length_arrives_whole_in_every_kind_of_packet(int length)
    {
        var said = new byte[length];
        Random.Shared.NextBytes(said);
        foreach (var (from, to) in new[] { (_alice, _bob), (_bob, _alice), (_alice, _bob) })
        {
            Assert.True(from.Table.TrySeal(to.Id, said, out var packet));

            Assert.InRange(packet.Bytes.Length, said.Length + 1, said.Length + SessionTable.MaxOverhead);
            Assert.Equal(said, to.Table.Open(from.Id, packet.Bytes).Plaintext.Span);
        }
    }

    [Fact]
    public void What_is_too_long_for_a_packet_is_the_callers_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _alice.Table.TrySeal(_bob.Id, new byte[SessionTable.MaxPlaintext + 1], out _));

    [Fact]
    public void A_sealed_packet_shows_nothing_of_the_text_and_is_never_the_same_twice()
    {
        const string text = "the very same words every time";
        var packets = Enumerable.Range(0, 3).Select(_ => _alice.Seal(_bob, text)).ToList();
        _bob.Read(_alice, packets[0]);
        packets.Add(_bob.Seal(_alice, text));
        packets.Add(_bob.Seal(_alice, text));
        packets.Add(_bob.Seal(_alice, text));

        Assert.Equal(packets.Count, packets.Select(packet => Convert.ToHexString(packet.Span)).Distinct().Count());
        Assert.All(packets, packet => Assert.Equal(-1, packet.Span.IndexOf(Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Nothing_can_be_sealed_for_a_name_or_for_oneself()
    {
        Assert.False(_alice.Table.TrySeal(PeerId.Parse("bob"), "hello"u8, out _));
        Assert.False(_alice.Table.TrySeal(default, "hello"u8, out _));
        Assert.False(_alice.Table.TrySeal(_alice.Id, "hello"u8, out _));
    }

    [Theory]
    [MemberData(nameof(HandshakeStateTests.WeakKeys), MemberType = typeof(HandshakeStateTests))]
    public void Nothing_can_be_sealed_for_a_weak_key(string weak)
    {
        if (PeerId.TryFromPublicKey(Convert.FromHexString(weak), out var peer))
            Assert.False(_alice.Table.TrySeal(peer, "hello"u8, out _));
    }

    [Fact]
    public void Printing_shows_how_much_and_never_what()
    {
        Assert.True(_alice.Table.TrySeal(_bob.Id, "hello"u8, out var packet));
        var opened = _bob.Table.Open(_alice.Id, packet.Bytes);

        Assert.Equal($"{packet.Bytes.Length} sealed bytes, {packet.Session}", packet.ToString());
        Assert.Equal($"Opened, 5 bytes, {packet.Session}, early", opened.ToString());
    }

    [Fact]
    public void A_disposed_table_seals_and_opens_nothing_more()
    {
        var packet = _alice.Seal(_bob, "hello");
        _bob.Table.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _bob.Table.Open(_alice.Id, packet));
        Assert.Throws<ObjectDisposedException>(() => _bob.Table.TrySeal(_alice.Id, "hello"u8, out _));
        Assert.Equal(default, _bob.Table.Current(_alice.Id));
    }

    [Fact]
    public async Task Many_threads_can_talk_at_once()
    {
        _alice.Talk(_bob);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var (from, to) = thread % 2 == 0 ? (_alice, _bob) : (_bob, _alice);
            for (var count = 0; count < 100; count++)
                from.Say(to, $"{thread}: {count}");
        })));

        _alice.AssertAgreesWith(_bob);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    private static OpenedPacket Sent(SessionPeer from, SessionPeer to) => to.Table.Open(from.Id, from.Seal(to, "hello"));
}
