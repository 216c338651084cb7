using System.Text;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>A peer with a session table, which it can lose.</summary>
internal sealed class SessionPeer : IDisposable
{
    private readonly PeerKey _key;
    private readonly SessionOptions? _options;

    private SessionPeer(PeerKey key, FakeTimeProvider time, SessionOptions? options)
    {
        (_key, Time, _options) = (key, time, options);
        Table = new SessionTable(key, time, options);
    }

    public PeerId Id => _key.PeerId;

    public FakeTimeProvider Time { get; }

    public SessionTable Table { get; private set; }

    /// <summary>Two peers with one clock: the one with the lower key, which leads, and the one that follows.</summary>
    public static (SessionPeer Leader, SessionPeer Follower) Pair(SessionOptions? options = null)
    {
        var time = new FakeTimeProvider();
        var keys = new[] { PeerKey.Generate(), PeerKey.Generate() };
        Array.Sort(keys, (one, other) => one.PublicKey.AsSpan().SequenceCompareTo(other.PublicKey));
        return (new SessionPeer(keys[0], time, options), new SessionPeer(keys[1], time, options));
    }

    public static SessionPeer New(SessionOptions? options = null) => new(PeerKey.Generate(), new FakeTimeProvider(), options);

    /// <summary>A pair that has a session already.</summary>
    public static (SessionPeer Leader, SessionPeer Follower) TalkingPair(SessionOptions? options = null)
    {
        var pair = Pair(options);
        pair.Leader.Talk(pair.Follower);
        return pair;
    }

    /// <summary>The program ends and starts again: what was only in memory is gone, and a moment has passed.</summary>
    public void Restart()
    {
        Table.Dispose();
        Time.Advance(TimeSpan.FromSeconds(1));
        Table = new SessionTable(_key, Time, _options);
    }

    /// <summary>It starts again, and its clock is an hour behind what it was.</summary>
    public void RestartWithClockSetBack()
    {
        Table.Dispose();
        Table = new SessionTable(_key, new FakeTimeProvider(Time.GetUtcNow() - TimeSpan.FromHours(1)), _options);
    }

    public ReadOnlyMemory<byte> Seal(SessionPeer peer, string text)
    {
        Assert.True(Table.TrySeal(peer.Id, Encoding.UTF8.GetBytes(text), out var packet));
        return packet.Bytes;
    }

    public OpenOutcome Open(SessionPeer peer, ReadOnlyMemory<byte> packet) => Table.Open(peer.Id, packet).Outcome;

    /// <summary>Opens what can be opened, and says what it says.</summary>
    public string Read(SessionPeer peer, ReadOnlyMemory<byte> packet)
    {
        var opened = Table.Open(peer.Id, packet);
        Assert.Equal(OpenOutcome.Opened, opened.Outcome);
        return Encoding.UTF8.GetString(opened.Plaintext.Span);
    }

    /// <summary>Says something to a peer that hears it.</summary>
    public PacketType Say(SessionPeer peer, string text = "hello")
    {
        var packet = Seal(peer, text);
        Assert.Equal(text, peer.Read(this, packet));
        return TypeOf(packet);
    }

    /// <summary>Each says something to the other, often enough that both know where they are.</summary>
    public void Talk(SessionPeer peer)
    {
        for (var turn = 0; turn < 2; turn++)
        {
            Say(peer);
            peer.Say(this);
        }
    }

    /// <summary>Both would say the next thing in the same session.</summary>
    public void AssertAgreesWith(SessionPeer peer)
    {
        Assert.NotEqual(default, Table.Current(peer.Id));
        Assert.Equal(Table.Current(peer.Id), peer.Table.Current(Id));
    }

    public static PacketType TypeOf(ReadOnlyMemory<byte> packet) => (PacketType)packet.Span[0];

    public void Dispose()
    {
        Table.Dispose();
        _key.Dispose();
    }
}
