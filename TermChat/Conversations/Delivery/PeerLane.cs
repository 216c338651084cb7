using Relay.Contracts;
using TermChat.Conversations.Frames;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

/// <summary>All that is to be told to one peer. Belongs to the loop of the <see cref="ChatEngine"/>.</summary>
/// <remarks>
/// Messages to the peer are in one of two places: <see cref="_due"/> while they are to be handed over, <see cref="_flying"/>
/// from then until the peer acknowledges them.
/// </remarks>
internal sealed class PeerLane(PeerId peer)
{
    /// <summary>Messages without the peer's acknowledgement: what a relay keeps for a peer that is away. More would push out the first.</summary>
    public const int MaxFlying = 1000;

    /// <summary>Copies the transport has not answered. While there is no session yet, each costs a handshake of its own.</summary>
    public const int MaxUnderWay = 64;

    private readonly SortedDictionary<long, Outgoing> _due = [];
    private readonly Dictionary<MessageId, Outgoing> _flying = [];
    private readonly Dictionary<MessageId, Outgoing> _byId = [];
    private readonly Dictionary<MessageId, Outgoing> _byEnvelope = [];
    private readonly SortedSet<long> _sequences = [];
    private readonly Queue<SessionId> _unreadable = new();
    private int _underWay;

    public PeerId Peer => peer;

    public RetrySchedule Retry { get; } = new();

    /// <summary>
    /// The relay keeps what goes to this peer until it comes back. It may have lost its sessions by then, and this program may
    /// have ended, so everything it is sent meanwhile has to be readable by itself.
    /// </summary>
    public bool IsAway { get; set; }

    /// <summary>Ids this side has stored and not yet acknowledged.</summary>
    public List<MessageId> OwedAcknowledgements { get; } = [];

    public List<(MessageId Id, RefusalReason Reason)> OwedRefusals { get; } = [];

    /// <summary>Sessions of the peer's that this side has lost, to be told.</summary>
    public List<SessionId> OwedUnreadable { get; } = [];

    public List<byte[]> OwedPings { get; } = [];

    public List<byte[]> OwedPongs { get; } = [];

    /// <summary>A message was given up, and the peer may be waiting for it.</summary>
    public Settlement? OwedSettlement { get; set; }

    public MessageId Stream { get; private set; }

    public bool IsIdle => _due.Count == 0 && _flying.Count == 0 && !OwesControl;

    public bool OwesControl => OwedAcknowledgements.Count > 0 || OwedRefusals.Count > 0 || OwedUnreadable.Count > 0
        || OwedPings.Count > 0 || OwedPongs.Count > 0 || OwedSettlement is not null;

    public bool HasFlying => _flying.Count > 0;

    /// <summary>Every earlier message has been acknowledged or given up.</summary>
    public long Floor => _sequences.Count == 0 ? LastSequence + 1 : _sequences.Min;

    private long LastSequence { get; set; }

    /// <summary>Takes a message from the outbox.</summary>
    /// <param name="wasSent">An earlier run of the program handed it over already.</param>
    public void Add(Outgoing message, bool wasSent)
    {
        Stream = message.Stored.Stream;
        LastSequence = Math.Max(LastSequence, message.Stored.Sequence);
        _sequences.Add(message.Stored.Sequence);
        _byId.Add(message.Stored.Id, message);
        if (wasSent)
            _flying.Add(message.Stored.Id, message);
        else
            _due.Add(message.Stored.Sequence, message);
    }

    /// <summary>The next message that may be handed over; null when there is none, or enough are out already.</summary>
    public Outgoing? NextDue()
    {
        if (_underWay >= MaxUnderWay || _flying.Count >= MaxFlying || _due.Count == 0)
            return null;
        return _due.First().Value;
    }

    public void HandedOver(Outgoing message, long transmission, SealedPacket packet)
    {
        _due.Remove(message.Stored.Sequence);
        _flying[message.Stored.Id] = message;
        _byEnvelope[message.Envelope] = message;
        (message.Transmission, message.Session, message.StandsAlone) = (transmission, packet.Session, packet.StandsAlone);
        (message.IsUnderWay, message.IsLost, message.IsQuestion) = (true, false, false);
        _underWay++;
    }

    /// <summary>The transport has answered for a copy.</summary>
    /// <param name="again">The copy did not leave, or cannot be read: the message is due again.</param>
    public void Answered(Outgoing message, bool again)
    {
        message.IsUnderWay = false;
        _underWay--;
        if (again)
            MakeDue(message, sameEnvelope: true);
        else if (message.IsLost || _unreadable.Contains(message.Session) || (IsAway && !message.StandsAlone))
            MakeDue(message, sameEnvelope: false);
    }

    /// <summary>The transport took a copy and could not keep it.</summary>
    public void Lost(Outgoing message)
    {
        message.IsLost = true;
        if (!message.IsUnderWay)
            MakeDue(message, sameEnvelope: false);
    }

    /// <summary>The message left the outbox: acknowledged, refused or given up.</summary>
    public void Remove(Outgoing message)
    {
        _due.Remove(message.Stored.Sequence);
        _flying.Remove(message.Stored.Id);
        _byId.Remove(message.Stored.Id);
        _byEnvelope.Remove(message.Envelope);
        _sequences.Remove(message.Stored.Sequence);
    }

    public Outgoing? Find(MessageId id) => _byId.GetValueOrDefault(id);

    public Outgoing? FindEnvelope(MessageId envelope) => _byEnvelope.GetValueOrDefault(envelope);

    /// <summary>The peer has what left after these, so they, or their acknowledgements, are lost. On a path that reorders they may not be: then the peer gets a copy to drop.</summary>
    public void ResendBefore(long transmission) =>
        Resend(message => message.Transmission < transmission);

    /// <summary>The peer has lost a session. What an earlier run of this program sent may have been in it as well.</summary>
    public void ResendSession(SessionId session)
    {
        _unreadable.Enqueue(session);
        if (_unreadable.Count > 8)
            _unreadable.Dequeue();
        Resend(message => message.Session == session || message.Transmission == 0);
    }

    public void ResendAll() => Resend(_ => true);

    /// <summary>Asks again with the oldest message: whatever the peer answers to it says what became of the others.</summary>
    /// <remarks>
    /// To a peer that is away with the copy the relay may still have, so that it takes no second one: each would push a message
    /// out of a full mailbox. The same for what an earlier run sent, as long as nobody knows where it is.
    /// <para>
    /// And in a packet that stands alone. Who has lost its sessions says so, but not to strangers: to a program that begins with a
    /// copied key everybody is one, and it would be silent in any session.
    /// </para>
    /// </remarks>
    public void Probe()
    {
        if (_flying.Values.Where(message => !message.IsUnderWay).MinBy(message => message.Stored.Sequence) is not { } oldest)
            return;

        oldest.IsQuestion = true;
        MakeDue(oldest, sameEnvelope: IsAway || oldest.Transmission == 0);
    }

    public void MakeDue(Outgoing message, bool sameEnvelope)
    {
        if (!_flying.Remove(message.Stored.Id))
            return;

        if (!sameEnvelope)
        {
            _byEnvelope.Remove(message.Envelope);
            message.Envelope = MessageId.New();
        }

        _due[message.Stored.Sequence] = message;
    }

    private void Resend(Func<Outgoing, bool> which)
    {
        foreach (var message in _flying.Values.Where(message => !message.IsUnderWay && which(message)).ToArray())
            MakeDue(message, sameEnvelope: false);
    }
}
