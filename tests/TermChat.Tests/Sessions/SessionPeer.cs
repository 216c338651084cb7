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

    /// <summary>The program ends and starts again: what was only in memory is gone, and a moment has passed.</summary>
    public void Restart()
    {
        Table.Dispose();
        Time.Advance(TimeSpan.FromMilliseconds(5));
        Table = new SessionTable(_key, Time, _options);
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

    public static PacketType TypeOf(ReadOnlyMemory<byte> packet) => (PacketType)packet.Span[0];

    public void Dispose()
    {
        Table.Dispose();
        _key.Dispose();
    }
}
