using Relay.Contracts;

namespace TermChat.Sessions;

/// <summary>The sessions and handshakes with one peer, and which of them the next message uses. Not thread-safe.</summary>
/// <remarks>
/// Both sides can begin at once, answers can be lost, and either side can forget everything; in the end both must send in the same
/// session. One of the two <b>leads</b>, the one with the lower key: it sends in the session it established last. The other
/// <b>follows</b>: it sends in the session in which the leader last said something. Nobody ever refuses to answer, so nobody can wait for somebody who waits.
/// </remarks>
internal sealed class PeerSessions : IDisposable
{
    /// <summary>How many Initiations without an answer can still be answered. A peer that comes back answers the newest.</summary>
    private const int MaxOutstanding = 16;

    /// <summary>The one in use, and three for what is still on its way in older ones.</summary>
    private const int MaxSessions = 4;

    private readonly PeerKey _self;
    private readonly byte[] _peerKey;
    private readonly bool _leads;
    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private readonly SeenPackets _seen = new();

    // Oldest first, both.
    private readonly List<Handshake> _outstanding = [];
    private readonly List<Session> _sessions = [];
    private Session? _current;
    private Handshake? _unanswered;
    private long? _newestCreated;
    private bool _metUnknownSession;

    public PeerSessions(PeerKey self, byte[] peerKey, SessionOptions options, TimeProvider time)
    {
        (_self, _peerKey, _options, _time) = (self, peerKey, options, time);
        _leads = self.PublicKey.AsSpan().SequenceCompareTo(peerKey) < 0;
    }

    /// <summary>Whether the next message answers a handshake of the peer.</summary>
    public bool HasToAnswer => _unanswered is not null;

    /// <summary>Whether this side ever sealed anything for the peer. One that did not is a stranger.</summary>
    public bool HasSealed { get; private set; }

    /// <summary>The session messages go in; default when there is none, or none to be used any more.</summary>
    public SessionId Current => _current is { IsWornOut: false } ? _current.Id : default;

    /// <param name="id">For a new handshake, if this message begins one.</param>
    /// <param name="created">Likewise.</param>
    /// <param name="alone">Begins one in any case.</param>
    public bool TrySeal(ReadOnlySpan<byte> plaintext, SessionId id, long created, bool alone, out SealedPacket packet)
    {
        if (alone)
        {
            if (!TryInitiate(id, created, plaintext, out packet))
                return false;
        }
        else if (_unanswered is { } unanswered)
        {
            packet = Answer(unanswered, plaintext);
        }
        else if (_current is null || _metUnknownSession || _current.IsRenewalDue || _current.IsWornOut)
        {
            if (!TryInitiate(id, created, plaintext, out packet))
                return false;
        }
        else
        {
            packet = new SealedPacket(_current.Id, _current.Seal(plaintext));
        }

        return HasSealed = true;
    }

    public OpenedPacket Open(PacketType type, SessionId id, ReadOnlySpan<byte> packet) => type switch
    {
        PacketType.Response => OpenResponse(id, packet),
        _ => OpenData(id, packet),
    };

    public bool HasSeen(UInt128 initiation) => _seen.Contains(initiation);

    /// <summary>Takes up an authentic Initiation of this peer, to answer it with the next message.</summary>
    public void Take(Handshake handshake, UInt128 fingerprint)
    {
        _seen.Add(fingerprint);

        // An old one is late, or repeated by somebody. The peer may have no use for an answer any more, and would not understand what follows.
        if (handshake.Created <= _newestCreated)
        {
            handshake.Dispose();
            return;
        }

        _newestCreated = handshake.Created;
        _unanswered?.Dispose();
        _unanswered = handshake;
    }

    /// <summary>Gives up a session of which the peer says that it does not have it.</summary>
    public void Discard(SessionId id)
    {
        if (_sessions.Find(session => session.Id == id || session.HandshakeId == id) is { } session)
            Remove(session);
    }

    public void Dispose()
    {
        _outstanding.ForEach(handshake => handshake.Dispose());
        _sessions.ForEach(session => session.Dispose());
        _unanswered?.Dispose();
    }

    private SealedPacket Answer(Handshake handshake, ReadOnlySpan<byte> plaintext)
    {
        _unanswered = null;
        using (handshake)
        {
            var packet = handshake.Answer(plaintext);
            Establish(handshake);
            return new SealedPacket(handshake.Id, packet);
        }
    }

    private bool TryInitiate(SessionId id, long created, ReadOnlySpan<byte> plaintext, out SealedPacket packet)
    {
        packet = default;
        if (Handshake.TryInitiate(_self, _peerKey, id, created, plaintext) is not var (handshake, bytes))
            return false;

        _outstanding.Add(handshake);
        if (_outstanding.Count > MaxOutstanding)
            WipeOutstanding(1);

        _metUnknownSession = false;
        _current?.RenewalSent();
        packet = new SealedPacket(id, bytes, StandsAlone: true);
        return true;
    }

    private OpenedPacket OpenResponse(SessionId id, ReadOnlySpan<byte> packet)
    {
        var fingerprint = SeenPackets.FingerprintOf(packet);
        var at = _outstanding.FindIndex(handshake => handshake.Id == id);
        if (at < 0)
            return _seen.Contains(fingerprint) ? new OpenedPacket(OpenOutcome.Replayed, id, default, IsEarly: false) : Unknown(id);

        if (!_outstanding[at].TryFinish(packet, out var plaintext))
            return new OpenedPacket(OpenOutcome.NotAuthentic, id, default, IsEarly: false);

        _seen.Add(fingerprint);
        Establish(_outstanding[at]);
        // The older ones too: a peer answers the newest it has seen. The later ones may still be answered.
        WipeOutstanding(at + 1);
        return new OpenedPacket(OpenOutcome.Opened, id, plaintext, IsEarly: false);
    }

    private OpenedPacket OpenData(SessionId id, ReadOnlySpan<byte> packet)
    {
        if (_sessions.Find(session => session.Id == id) is not { } session)
            return Unknown(id);

        var opened = session.Open(packet);
        if (opened.Outcome == OpenOutcome.Opened && !_leads)
            _current = session;
        return opened;
    }

    private void Establish(Handshake handshake)
    {
        // For both sides: the leader's newest, and the one in which the leader spoke last, since it has just asked or answered.
        _sessions.Add(_current = handshake.ToSession(_options, _time));
        _metUnknownSession = false;
        if (_sessions.Count > MaxSessions)
            Remove(_sessions[0]);
    }

    private void Remove(Session session)
    {
        _sessions.Remove(session);
        session.Dispose();
        // Not an older one instead: who has lost the newest has most likely lost them all.
        if (_current == session)
            _current = null;
    }

    private void WipeOutstanding(int count)
    {
        _outstanding.GetRange(0, count).ForEach(handshake => handshake.Dispose());
        _outstanding.RemoveRange(0, count);
    }

    // The peer uses a session this side cannot: only a new one helps. If it is one whose answer is still on its way, that ends this.
    private OpenedPacket Unknown(SessionId id)
    {
        _metUnknownSession = true;
        return new OpenedPacket(OpenOutcome.UnknownSession, id, default, IsEarly: false);
    }
}
