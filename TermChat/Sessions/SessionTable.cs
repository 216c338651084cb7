using System.Diagnostics.CodeAnalysis;
using Relay.Contracts;

namespace TermChat.Sessions;

/// <summary>The end-to-end sessions of one peer with all others: seals what goes out and opens what comes in.</summary>
/// <remarks>
/// Sends nothing and waits for nothing. Sessions begin, are renewed and are set up again inside the messages that are sealed anyway; a side
/// that only receives has none. What was sealed may get lost, late or come twice on its way, and has to be sent again, sealed anew, by whoever
/// needs it to arrive. Safe to call from any thread. docs/sessions.md has the packets and the rules.
/// </remarks>
internal sealed class SessionTable : IDisposable
{
    /// <summary>How many bytes a packet has more than its plaintext, at most.</summary>
    public const int MaxOverhead = Packet.InitiationOverhead;

    /// <summary>How long a plaintext may be.</summary>
    public const int MaxPlaintext = Packet.MaxLength - MaxOverhead;

    private readonly Lock _gate = new();
    private readonly PeerKey _self;
    private readonly TimeProvider _time;
    private readonly SessionOptions _options;
    private readonly RecentPeers _peers;
    private long _lastCreated;
    private bool _disposed;

    /// <param name="self">Stays the caller's; it must live as long as the table.</param>
    public SessionTable(PeerKey self, TimeProvider? time = null, SessionOptions? options = null)
    {
        _self = self;
        _time = time ?? TimeProvider.System;
        _options = options ?? new SessionOptions();
        _peers = new RecentPeers(_options.MaxPeers);
    }

    /// <summary>
    /// Encrypts for a peer: as the answer to the peer's handshake if there is one, else in the session there is, else as the first message
    /// of a new handshake.
    /// </summary>
    /// <param name="plaintext">At most <see cref="MaxPlaintext"/> bytes; may be empty.</param>
    /// <returns>False: the peer is a name, has one of the few weak keys, or is oneself.</returns>
    public bool TrySeal(PeerId peer, ReadOnlySpan<byte> plaintext, out SealedPacket packet) => Seal(peer, plaintext, alone: false, out packet);

    /// <summary>
    /// Encrypts for a peer that is away: as the first message of a new handshake whatever session there is, because a peer that comes back
    /// may have lost them all, and this side may be gone by then. docs/sessions.md says what such a message lacks.
    /// </summary>
    /// <returns>As <see cref="TrySeal"/>.</returns>
    public bool TrySealAlone(PeerId peer, ReadOnlySpan<byte> plaintext, out SealedPacket packet) => Seal(peer, plaintext, alone: true, out packet);

    /// <summary>Decrypts what came. Whatever the bytes are, it does not throw, and what is not opened changes no session.</summary>
    /// <param name="sender">Whom the transport attests.</param>
    public OpenedPacket Open(PeerId sender, ReadOnlyMemory<byte> packet)
    {
        if (!Packet.TryReadHeader(packet.Span, out var type, out var id))
            return new OpenedPacket(OpenOutcome.Malformed, id, default, IsEarly: false);
        if (!TryGetKey(sender, out var key))
            return new OpenedPacket(OpenOutcome.WrongSender, id, default, IsEarly: false);

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (type == PacketType.Initiation)
                return OpenInitiation(sender, key, id, packet.Span);
            if (_peers.Find(sender) is not { } sessions)
                return new OpenedPacket(OpenOutcome.UnknownSession, id, default, IsEarly: false);

            var opened = sessions.Open(type, id, packet.Span);
            if (opened.Outcome == OpenOutcome.Opened)
                _peers.Keep(sender, sessions);
            return opened;
        }
    }

    /// <summary>Whether the peer has begun a handshake that the next <see cref="TrySeal"/> answers.</summary>
    public bool HasToAnswer(PeerId peer)
    {
        lock (_gate)
        {
            return _peers.Find(peer) is { HasToAnswer: true };
        }
    }

    /// <summary>Gives up one session with a peer, because the peer said - in a packet that was opened - that it does not have it.</summary>
    /// <remarks>
    /// Nothing depends on it but speed, except when the peer's clock was set back before it forgot its sessions: its Initiations look
    /// like repeats then, and only a new one of this side gives both a session.
    /// </remarks>
    /// <param name="session">As the packets named it that the peer could not open: <see cref="SealedPacket.Session"/>.</param>
    public void Discard(PeerId peer, SessionId session)
    {
        lock (_gate)
        {
            _peers.Find(peer)?.Discard(session);
        }
    }

    /// <summary>Forgets all there is with a peer.</summary>
    public void Forget(PeerId peer)
    {
        lock (_gate)
        {
            _peers.Remove(peer);
        }
    }

    /// <summary>The session messages to this peer go in; default when there is none yet, or none that can still be used. For tests and status.</summary>
    public SessionId Current(PeerId peer)
    {
        lock (_gate)
        {
            return _peers.Find(peer)?.Current ?? default;
        }
    }

    /// <summary>Wipes all keys but one's own.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _peers.Clear();
        }
    }

    private bool Seal(PeerId peer, ReadOnlySpan<byte> plaintext, bool alone, out SealedPacket packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, MaxPlaintext);
        packet = default;
        if (!TryGetKey(peer, out var key))
            return false;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var known = _peers.Find(peer);
            var sessions = known ?? NewPeer(key);
            if (!sessions.TrySeal(plaintext, SessionId.Random(), NextCreated(), alone, out packet))
            {
                if (known is null)
                    sessions.Dispose();
                return false;
            }

            _peers.Keep(peer, sessions);
            return true;
        }
    }

    private OpenedPacket OpenInitiation(PeerId sender, byte[] key, SessionId id, ReadOnlySpan<byte> packet)
    {
        var known = _peers.Find(sender);
        var fingerprint = SeenPackets.FingerprintOf(packet);
        if (known?.HasSeen(fingerprint) == true)
            return new OpenedPacket(OpenOutcome.Replayed, id, default, IsEarly: true);
        if (Handshake.TryReceive(_self, id, packet) is not var (handshake, plaintext))
            return new OpenedPacket(OpenOutcome.NotAuthentic, id, default, IsEarly: true);

        if (!handshake.IsFrom(key))
        {
            handshake.Dispose();
            return new OpenedPacket(OpenOutcome.WrongSender, id, default, IsEarly: true);
        }

        var sessions = known ?? NewPeer(key);
        sessions.Take(handshake, fingerprint);
        _peers.Keep(sender, sessions);
        return new OpenedPacket(OpenOutcome.Opened, id, plaintext, IsEarly: true);
    }

    private PeerSessions NewPeer(byte[] key) => new(_self, key, _options, _time);

    // Oneself is no peer: both ends of a session would be here, under one id.
    private bool TryGetKey(PeerId peer, [NotNullWhen(true)] out byte[]? key)
    {
        key = new byte[PeerKey.Length];
        return peer != _self.PeerId && peer.TryGetPublicKey(key);
    }

    private long NextCreated() => _lastCreated = Math.Max(_lastCreated + 1, _time.GetUtcNow().ToUnixTimeMilliseconds());
}
