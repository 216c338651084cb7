using CsCheck;
using Relay.Contracts;
using TermChat.Sessions;
using TermChat.Tests.Sessions.Noise;

namespace TermChat.Tests.Sessions;

/// <summary>What a relay or a stranger can put in front of a table. None of it throws, and none of it breaks a session that works.</summary>
public sealed class HostilePacketTests : IDisposable
{
    private readonly SessionPeer _alice;
    private readonly SessionPeer _bob;
    private readonly SessionPeer _mallory = SessionPeer.New();

    public HostilePacketTests() => (_alice, _bob) = SessionPeer.Pair();

    [Fact]
    public void Bytes_that_are_no_packet_are_refused()
    {
        _alice.Talk(_bob);

        Gen.Byte.Array[0, 200].Sample(bytes => Assert.NotEqual(OpenOutcome.Opened, _bob.Open(_alice, bytes)));
        Gen.Select(Gen.Byte[1, 3], Gen.Byte.Array[8, 200]).Sample(
            (type, rest) => Assert.NotEqual(OpenOutcome.Opened, _bob.Open(_alice, (byte[])[type, .. rest])), threads: 1);
        Assert.Equal(OpenOutcome.Malformed, _bob.Open(_alice, default));
        Assert.Equal(OpenOutcome.Malformed, _bob.Open(_alice, new byte[Packet.MaxLength + 1]));

        _alice.Talk(_bob);
    }

    [Fact]
    public void A_flipped_bit_in_any_byte_of_any_packet_is_noticed_and_harms_nothing()
    {
        foreach (var (from, to) in Turns())
        {
            var packet = from.Seal(to, "hello");
            ForEachFlip(packet, flipped => Assert.NotEqual(OpenOutcome.Opened, to.Open(from, flipped)));

            Assert.Equal("hello", to.Read(from, packet));
        }

        _alice.Talk(_bob);
        _alice.AssertAgreesWith(_bob);
    }

    [Fact]
    public void A_packet_cut_short_or_made_longer_is_noticed_and_harms_nothing()
    {
        foreach (var (from, to) in Turns())
        {
            var packet = from.Seal(to, "hello");
            for (var length = 0; length < packet.Length; length++)
                Assert.NotEqual(OpenOutcome.Opened, to.Open(from, packet[..length]));
            Assert.NotEqual(OpenOutcome.Opened, to.Open(from, (byte[])[.. packet.Span, 0]));

            Assert.Equal("hello", to.Read(from, packet));
        }
    }

    [Fact]
    public void A_packet_with_somebody_elses_name_on_it_is_refused_and_harms_nothing()
    {
        Assert.Equal(OpenOutcome.WrongSender, _bob.Open(_mallory, _alice.Seal(_bob, "as if from mallory")));
        Assert.False(_bob.Table.HasToAnswer(_mallory.Id));
        Assert.False(_bob.Table.HasToAnswer(_alice.Id));

        // Also when Mallory has a session with Bob herself.
        _mallory.Talk(_bob);
        foreach (var (from, to) in Turns())
        {
            var packet = from.Seal(to, "hello");
            Assert.NotEqual(OpenOutcome.Opened, to.Open(_mallory, packet));
            Assert.Equal("hello", to.Read(from, packet));
        }

        _mallory.Talk(_bob);
    }

    [Fact]
    public void A_packet_for_somebody_else_is_not_authentic()
    {
        Assert.Equal(OpenOutcome.NotAuthentic, _mallory.Open(_alice, _alice.Seal(_bob, "for bob")));
        Assert.Equal(default, _mallory.Table.Current(_alice.Id));
    }

    [Fact]
    public void A_repeated_packet_is_not_opened_again()
    {
        foreach (var (from, to) in Turns())
        {
            var packet = from.Seal(to, "hello");
            to.Read(from, packet);

            Assert.Equal(OpenOutcome.Replayed, to.Open(from, packet));
        }

        _alice.AssertAgreesWith(_bob);
    }

    [Fact]
    public void A_first_message_repeated_after_a_restart_is_opened_again_and_the_sessions_recover()
    {
        var packet = _alice.Seal(_bob, "hello");
        _bob.Read(_alice, packet);
        _bob.Say(_alice);
        _alice.Talk(_bob);
        _bob.Restart();

        Assert.True(_bob.Table.Open(_alice.Id, packet) is { Outcome: OpenOutcome.Opened, IsEarly: true });

        // Bob answers what was answered long ago. Alice, who has a session of that handshake already, cannot mistake his new one for it.
        Assert.Equal(OpenOutcome.UnknownSession, _alice.Open(_bob, _bob.Seal(_alice, "an answer to nobody")));
        Assert.Equal(OpenOutcome.UnknownSession, _alice.Open(_bob, _bob.Seal(_alice, "and more of it")));
        Assert.Equal(PacketType.Initiation, _alice.Say(_bob));
        _bob.Talk(_alice);
        _alice.AssertAgreesWith(_bob);
    }

    [Fact]
    public void An_old_first_message_held_back_until_now_is_opened_and_changes_no_session()
    {
        var old = _alice.Seal(_bob, "old");
        _alice.Say(_bob);
        _bob.Say(_alice);
        var current = _bob.Table.Current(_alice.Id);

        Assert.Equal("old", _bob.Read(_alice, old));

        Assert.False(_bob.Table.HasToAnswer(_alice.Id));
        Assert.Equal(current, _bob.Table.Current(_alice.Id));
    }

    [Fact]
    public void Ones_own_packets_sent_back_are_not_opened()
    {
        foreach (var (from, to) in Turns())
        {
            var packet = from.Seal(to, "hello");
            Assert.NotEqual(OpenOutcome.Opened, from.Open(to, packet));
            Assert.Equal(OpenOutcome.WrongSender, from.Open(from, packet));
            Assert.Equal("hello", to.Read(from, packet));
            Assert.NotEqual(OpenOutcome.Opened, from.Open(to, packet));
        }

        _alice.AssertAgreesWith(_bob);
    }

    [Fact]
    public void A_forged_answer_does_not_take_the_place_of_the_right_one()
    {
        _bob.Read(_alice, _alice.Seal(_bob, "hello"));
        var answer = _bob.Seal(_alice, "the right one");
        var forged = answer.ToArray();
        Random.Shared.NextBytes(forged.AsSpan(Packet.HeaderLength));

        Assert.Equal(OpenOutcome.NotAuthentic, _alice.Open(_bob, forged));
        Assert.Equal("the right one", _alice.Read(_bob, answer));
    }

    [Theory]
    [MemberData(nameof(HandshakeStateTests.WeakKeys), MemberType = typeof(HandshakeStateTests))]
    public void Weak_keys_open_nothing(string weak)
    {
        var key = Convert.FromHexString(weak);
        var initiation = _alice.Seal(_bob, "hello").ToArray();
        _bob.Read(_alice, initiation);
        var answer = _bob.Seal(_alice, "hello").ToArray();
        var (forgedInitiation, forgedAnswer) = (initiation.ToArray(), answer.ToArray());
        key.CopyTo(forgedInitiation, Packet.HeaderLength);
        key.CopyTo(forgedAnswer, Packet.HeaderLength);

        Assert.Equal(OpenOutcome.NotAuthentic, _bob.Open(_alice, forgedInitiation));
        Assert.Equal(OpenOutcome.NotAuthentic, _alice.Open(_bob, forgedAnswer));
        if (PeerId.TryFromPublicKey(key, out var peer))
            Assert.NotEqual(OpenOutcome.Opened, _bob.Table.Open(peer, initiation).Outcome);

        Assert.Equal("hello", _alice.Read(_bob, answer));
    }

    [Fact]
    public void A_sender_without_a_key_sends_nothing_that_is_opened()
    {
        var packet = _alice.Seal(_bob, "hello");

        Assert.Equal(OpenOutcome.WrongSender, _bob.Table.Open(PeerId.Parse("alice"), packet).Outcome);
        Assert.Equal(OpenOutcome.WrongSender, _bob.Table.Open(default, packet).Outcome);
    }

    [Fact]
    public void A_flood_of_unknown_sessions_costs_one_new_start_and_the_session_goes_on()
    {
        _alice.Talk(_bob);
        for (ulong session = 1; session <= 1000; session++)
            Assert.Equal(OpenOutcome.UnknownSession, _alice.Open(_bob, Packet.Create(PacketType.Data, new SessionId(session), Packet.DataOverhead)));

        Assert.Equal(PacketType.Initiation, _alice.Say(_bob));
        Assert.Equal(PacketType.Data, _alice.Say(_bob));
        _bob.Talk(_alice);
        _alice.AssertAgreesWith(_bob);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _mallory.Dispose();
    }

    /// <summary>An Initiation, a Response, and Data both ways.</summary>
    private (SessionPeer From, SessionPeer To)[] Turns() => [(_alice, _bob), (_bob, _alice), (_alice, _bob), (_bob, _alice)];

    private static void ForEachFlip(ReadOnlyMemory<byte> packet, Action<byte[]> check)
    {
        for (var at = 0; at < packet.Length; at++)
        {
            var flipped = packet.ToArray();
            flipped[at] ^= (byte)(1 << (at % 8));
            check(flipped);
        }
    }
}
