using Client.Transport;
using Relay.Contracts;
using TermChat.Conversations.Frames;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

// What goes out: copies of messages, acknowledgements, and what else is owed to a peer.
internal sealed partial class ChatEngine
{
    /// <summary>Ids one frame acknowledges at most; 8 KiB of them.</summary>
    private const int MaxIdsInFrame = 512;

    private readonly List<Task> _controlUnderWay = [];
    private long _transmissions;
    private Task? _hurrying;
    private TimeSpan _nextHurry;

    /// <summary>Hands over what may go to a peer now.</summary>
    private void Send(PeerLane lane)
    {
        if (lane.IsIdle && !_sessions.HasToAnswer(lane.Peer))
            return;

        if (!_transport.IsConnected(lane.Peer))
            return;

        if (Elapsed < lane.Retry.NotBefore)
            return;

        // A frame with nothing in it is the answer to a handshake that asked for nothing.
        var hasToAnswer = !lane.IsAway && _sessions.HasToAnswer(lane.Peer);
        while (lane.OwesControl || hasToAnswer)
        {
            if (!SendControl(lane))
                return;
            hasToAnswer = false;
        }

        if (lane.Retry.IsMailboxFull)
            return;

        while (lane.NextDue() is { } message)
            SendCopy(lane, message);
    }

    private void SendCopy(PeerLane lane, Outgoing message)
    {
        var stored = message.Stored;
        var frame = new Frame
        {
            Text = new TextMessage
            {
                Id = stored.Id.ToBytes(),
                Stream = stored.Stream.ToBytes(),
                Sequence = stored.Sequence,
                Floor = Math.Min(lane.Floor, stored.Sequence),
                At = stored.At.ToUnixTimeMilliseconds(),
                Text = stored.Text,
            },
        };
        if (!TrySeal(lane, frame, message.IsQuestion, out var packet))
        {
            // A key nobody can agree on a secret with. It can never be delivered.
            Post(new CopyAnswered(lane, message, message.Envelope, default, new TransportException(TransportError.Io, "This PeerId is a weak key; nobody could receive a message safely.")
            {
                Code = ErrorCode.InvalidRecipient,
            }));
            lane.HandedOver(message, ++_transmissions, packet);
            return;
        }

        lane.HandedOver(message, ++_transmissions, packet);
        lane.Retry.Sent(Elapsed);
        _ = HandOverAsync(lane, message, packet.Bytes);
    }

    private async Task HandOverAsync(PeerLane lane, Outgoing message, ReadOnlyMemory<byte> packet)
    {
        var envelope = message.Envelope;
        var result = default(SendResult);
        TransportException? failure = null;
        try
        {
            result = await SendAsync(lane.Peer, envelope, packet);
        }
        catch (TransportException turnedDown)
        {
            failure = turnedDown;
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The program ends. The message is in the outbox.
            return;
        }

        Post(new CopyAnswered(lane, message, envelope, result, failure));
    }

    private async Task<SendResult> SendAsync(PeerId peer, MessageId envelope, ReadOnlyMemory<byte> packet)
    {
        // Called in the loop, so that the order of the calls is the order of the messages; only the answer is waited for elsewhere.
        var result = await _transport.SendAsync(peer, new OutgoingMessage(envelope, packet), _stopping.Token);
        return result is { Status: SendStatus.Pending, Settled: { } settled } ? await settled.WaitAsync(_stopping.Token) : result;
    }

    private void Answered(Turn turn, CopyAnswered answer)
    {
        var (lane, message, _, result, failure) = answer;
        if (failure is { Code: ErrorCode.PayloadTooLarge or ErrorCode.InvalidRecipient })
        {
            lane.Answered(message, again: false);
            Fail(turn, lane, message, failure.Message);
            return;
        }

        if (failure is null)
            lane.IsAway = result.Status == SendStatus.Queued;
        lane.Answered(message, again: failure is not null);
        if (failure is not null)
        {
            // A connection that broke is made again, and says so; a refusal may be over later.
            lane.Retry.TurnedDown(Elapsed);
            SetState(turn, message, LineState.Waiting, TransportKind.None, failure.Message);
        }
        else
        {
            SetState(turn, message, LineState.Sent, result.Path, null);
        }
    }

    private void SetState(Turn turn, Outgoing message, LineState state, TransportKind path, string? reason)
    {
        turn.Changes.Add(() => _store.SetState(message.Stored.Number, state, path, reason));
        turn.Tell(new ChatChange(ChatChangeKind.LinesChanged, message.Stored.Peer));
    }

    /// <summary>The transport lost messages after it had taken them.</summary>
    private void Lost(Turn turn, LossReport report)
    {
        if (report.Direction != LossDirection.Sent)
            return;

        if (report.Reason == LossReason.RelayRestarted)
        {
            foreach (var lane in _lanes.Values)
                lane.ResendAll();
            return;
        }

        var words = report.Reason == LossReason.Late
            ? "the connection broke before it was known to be sent; it goes again"
            : "the relay could not keep it; it goes again when the peer is back";
        foreach (var lane in _lanes.Values.Where(lane => report.Peer is null || lane.Peer == report.Peer))
        {
            var lost = report.Ids.Select(lane.FindEnvelope).OfType<Outgoing>().ToArray();
            foreach (var message in lost)
            {
                lane.Lost(message);
                SetState(turn, message, LineState.Waiting, TransportKind.None, words);
            }

            if (lost.Length > 0 && report.Reason == LossReason.Evicted)
                lane.Retry.MailboxFull(Elapsed);
        }
    }

    /// <summary>Sends one frame of what is owed besides messages.</summary>
    /// <returns>False when nothing can be encrypted for this peer.</returns>
    private bool SendControl(PeerLane lane)
    {
        var acknowledged = TakeUpTo(lane.OwedAcknowledgements, MaxIdsInFrame);
        var refused = TakeUpTo(lane.OwedRefusals, MaxIdsInFrame);
        var ping = TakeUpTo(lane.OwedPings, 1).FirstOrDefault();
        var frame = new Frame
        {
            Acknowledged = acknowledged.Count == 0 ? null : [.. acknowledged.Select(id => (ReadOnlyMemory<byte>)id.ToBytes())],
            Refused = refused.Count == 0 ? null : [.. refused.Select(refusal => new Refusal { Id = refusal.Id.ToBytes(), Reason = (int)refusal.Reason })],
            Unreadable = lane.OwedUnreadable.Count == 0 ? null : [.. TakeUpTo(lane.OwedUnreadable, 8).Select(session => session.Value)],
            Ping = ping,
            Pong = TakeUpTo(lane.OwedPongs, 1) is [var pong] ? pong : null,
            Settled = lane.OwedSettlement,
        };
        lane.OwedSettlement = null;
        if (ping is not null)
            Asked(ping);
        if (!TrySeal(lane, frame, alone: false, out var packet))
            return false;

        _controlUnderWay.Add(HandOverControlAsync(lane.Peer, packet, acknowledged, refused, frame.Settled));
        return true;
    }

    private async Task HandOverControlAsync(
        PeerId peer, SealedPacket packet, IReadOnlyList<MessageId> acknowledged, IReadOnlyList<(MessageId Id, RefusalReason Reason)> refused, Settlement? settled)
    {
        try
        {
            var result = await SendAsync(peer, MessageId.New(), packet.Bytes);
            if (result.Status == SendStatus.Queued && !packet.StandsAlone)
                Post(new ControlLost(peer, acknowledged, refused, settled, IsAway: true));
        }
        catch (TransportException)
        {
            // Said again later. The rest (a ping, say) has lost its sense by then.
            Post(new ControlLost(peer, acknowledged, refused, settled, IsAway: false));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The peer asks again, and is told then.
        }
    }

    private bool TrySeal(PeerLane lane, Frame frame, bool alone, out SealedPacket packet)
    {
        var plaintext = FrameCodec.Encode(frame);
        return alone || lane.IsAway ? _sessions.TrySealAlone(lane.Peer, plaintext, out packet) : _sessions.TrySeal(lane.Peer, plaintext, out packet);
    }

    private void Owe(ControlLost failed)
    {
        if (failed.Acknowledged.Count == 0 && failed.Refused.Count == 0 && failed.Settled is null)
            return;

        var lane = Lane(failed.Peer);
        lane.IsAway |= failed.IsAway;
        lane.OwedAcknowledgements.AddRange(failed.Acknowledged);
        lane.OwedRefusals.AddRange(failed.Refused);
        lane.OwedSettlement ??= failed.Settled;

        // Not at once: what refused it would have to refuse it as fast as this side can ask.
        if (!failed.IsAway)
            lane.Retry.TurnedDown(Elapsed);
    }

    /// <summary>Cuts the transport's pause before its next attempt short, because somebody has just asked for something.</summary>
    /// <remarks>
    /// Not for what waits already: the transport goes on trying by itself, with pauses that spare a relay which is away or
    /// refuses everybody.
    /// </remarks>
    private void Hurry(PeerId peer)
    {
        if (_transport.IsConnected(peer) || _hurrying is { IsCompleted: false } || Elapsed < _nextHurry)
            return;

        _nextHurry = Elapsed + TimeSpan.FromSeconds(2);
        _hurrying = ConnectAsync(peer);
    }

    private async Task ConnectAsync(PeerId peer)
    {
        try
        {
            await _transport.ConnectAsync(peer, _stopping.Token);
        }
        catch (Exception failure) when (failure is TransportException or OperationCanceledException or ObjectDisposedException)
        {
            // It goes on trying by itself, and the person sees its state.
        }
    }

    private static List<T> TakeUpTo<T>(List<T> from, int count)
    {
        var taken = from[..Math.Min(count, from.Count)];
        from.RemoveRange(0, taken.Count);
        return taken;
    }
}
