using System.Security.Cryptography;
using Client.Transport;
using Relay.Contracts;
using TermChat.Conversations.Frames;
using TermChat.Conversations.Storage;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

// What comes in: decrypt, decode, check sender and time, store, acknowledge.
internal sealed partial class ChatEngine
{
    /// <summary>How long a peer is not told again of a session this side has lost: the answer to the first time is on its way.</summary>
    private static readonly TimeSpan UnreadableAgain = TimeSpan.FromSeconds(10);

    private readonly Dictionary<SessionId, TimeSpan> _toldUnreadable = [];

    private void Open(Turn turn, ReceivedMessage message)
    {
        var opened = _sessions.Open(message.Sender, message.Payload);
        if (opened.Outcome == OpenOutcome.Opened && FrameCodec.Decode(opened.Plaintext) is { } frame)
        {
            Take(turn, message, frame);
            return;
        }

        // Not shown and not acknowledged to the sender. To the transport it is, or a few such packets would close the
        // relay's window for everybody else's.
        _logger.PacketRefused(opened.Outcome, Convert.ToHexStringLower(SHA256.HashData(message.Payload.Span), 0, 8), message.Path);
        if (opened.Outcome == OpenOutcome.UnknownSession)
            OweUnreadable(message.Sender, opened.Session);
    }

    private void OweUnreadable(PeerId peer, SessionId session)
    {
        // Only to somebody there is a conversation with: a stranger could make this side send as often as he likes.
        if (!peer.IsKey || (!_lanes.ContainsKey(peer) && !_store.Knows(peer)))
            return;

        var now = Elapsed;
        if (_toldUnreadable.Count > 256)
            _toldUnreadable.Clear();
        if (_toldUnreadable.TryGetValue(session, out var told) && now - told < UnreadableAgain)
            return;

        _toldUnreadable[session] = now;
        Lane(peer).OwedUnreadable.Add(session);
    }

    private void Take(Turn turn, ReceivedMessage message, Frame frame)
    {
        var peer = message.Sender;
        var lane = Lane(peer);
        lane.Retry.SawLife(Elapsed);
        lane.IsAway = false;
        if (frame.Unreadable is { } unreadable)
        {
            foreach (var session in unreadable.Take(8))
            {
                _sessions.Discard(peer, new SessionId(session));
                lane.ResendSession(new SessionId(session));
            }
        }

        if (frame.Acknowledged is { } acknowledged)
            Acknowledged(turn, lane, acknowledged);
        foreach (var refusal in frame.Refused ?? [])
        {
            if (refusal is not null && MessageId.TryRead(refusal.Id.Span, out var id) && lane.Find(id) is { } refused)
                Fail(turn, lane, refused, MessageCheck.Explain(refusal.Reason));
        }

        if (frame.Ping is { Length: > 0 and <= MaxNonceBytes } ping && lane.OwedPongs.Count < MaxOwedPongs)
            lane.OwedPongs.Add(ping.ToArray());
        if (frame.Pong is { } pong)
            Answered(peer, pong, message.Path);
        if (frame.Settled is { } settled && MessageCheck.TryReadPlace(settled.Stream, settled.Floor, out var stream) && _store.Knows(peer))
        {
            turn.Changes.Add(() => _store.Settle(peer, stream, settled.Floor, _time.GetUtcNow()));
            turn.Tell(new ChatChange(ChatChangeKind.LinesAdded, peer));
        }

        if (frame.Text is { } text)
            Take(turn, lane, text, message.Path);
    }

    private void Take(Turn turn, PeerLane lane, TextMessage text, TransportKind path)
    {
        if (!MessageCheck.TryRead(text, out var message))
        {
            // Its sender holds the peer's key, but nobody's program of ours wrote it. There is nothing to refuse it by.
            _logger.TextMakesNoSense(lane.Peer);
            return;
        }

        var refusal = MessageCheck.Check(text, message.At, _time.GetUtcNow());
        turn.Changes.Add(() =>
        {
            var outcome = _store.Take(lane.Peer, message, refusal == RefusalReason.None ? text.Text : null, path);
            turn.Outcomes.Add(() => Stored(lane, message.Id, outcome, refusal));
        });
        turn.Tell(new ChatChange(ChatChangeKind.LinesAdded, lane.Peer));
    }

    private static void Stored(PeerLane lane, MessageId id, StoreOutcome outcome, RefusalReason refusal)
    {
        if (outcome == StoreOutcome.NoRoom)
            return;

        if (refusal == RefusalReason.None)
            lane.OwedAcknowledgements.Add(id);
        else
            lane.OwedRefusals.Add((id, refusal));
    }

    private void Acknowledged(Turn turn, PeerLane lane, IReadOnlyList<ReadOnlyMemory<byte>> ids)
    {
        var latest = 0L;
        var any = false;
        foreach (var bytes in ids)
        {
            if (!MessageId.TryRead(bytes.Span, out var id) || lane.Find(id) is not { } message)
                continue;

            any = true;
            latest = Math.Max(latest, message.Transmission);
            lane.Remove(message);
            turn.Changes.Add(() => _store.SetDelivered(message.Stored.Number));
        }

        if (!any)
            return;

        lane.ResendBefore(latest);
        lane.Retry.Progress(Elapsed, lane.HasFlying);
        turn.Tell(new ChatChange(ChatChangeKind.LinesChanged, lane.Peer));
    }

    private void Fail(Turn turn, PeerLane lane, Outgoing message, string reason)
    {
        lane.Remove(message);

        // Those behind it may be at the peer already, and would wait for it.
        lane.OwedSettlement = new Settlement { Stream = lane.Stream.ToBytes(), Floor = lane.Floor };
        turn.Changes.Add(() => _store.SetState(message.Stored.Number, LineState.Failed, TransportKind.None, reason));
        turn.Tell(new ChatChange(ChatChangeKind.LinesChanged, lane.Peer));
    }
}
