using Microsoft.AspNetCore.SignalR.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

// The relay's callbacks. They come one at a time, in order, and return at once: nothing here waits.
internal sealed partial class RelayLink
{
    // The protocol's: all numbers of a relay fit.
    private const long MaxNumber = 1L << 53;

    // What a relay lets a client have under way, the client has to hold: no relay can be set to more than this.
    private const int MostMessages = 65_536;
    private const int MostBytes = 64 << 20;

    private PeerId _lastSender;
    private Task _reporting = Task.CompletedTask;

    private void Listen()
    {
        _connection.On<Challenge>(nameof(IRelayClient.Challenge), OnChallenge);
        On<Registered>(nameof(IRelayClient.Registered), OnRegistered);
        On<Accepted>(nameof(IRelayClient.Accepted), OnAccepted);
        On<Queued>(nameof(IRelayClient.Queued), queued => OnAnswer(queued.Ranges, SendStatus.Queued));
        On<RelayError>(nameof(IRelayClient.Error), OnError);
        On<Delivery>(nameof(IRelayClient.Deliver), OnDeliver);
        On<Dropped>(nameof(IRelayClient.Dropped), OnDropped);
        On<Missed>(nameof(IRelayClient.Missed), OnMissed);
        _connection.On<Replaced>(nameof(IRelayClient.Replaced), _ => OnReplaced());
        _connection.On<Draining>(nameof(IRelayClient.Draining), _ => _logger.RelayDraining(_url));
    }

    /// <summary>A callback whose message says something: one that is nil on the wire is null here, whatever its type says.</summary>
    private void On<T>(string callback, Action<T> handle)
        where T : class =>
        _connection.On<T?>(callback, message =>
        {
            if (message is null)
                _logger.MalformedFrame(_url, callback);
            else
                handle(message);
        });

    private void OnRegistered(Registered registered)
    {
        if (!IsOpen || _registered.Task.IsCompleted)
            return;

        if (!AreSane(registered.Limits) || registered.Epoch is null || registered.Sequence < 0)
        {
            Break(new TransportException(
                TransportError.Io,
                $"The relay {_url} registered this PeerId with limits, or from a position, that no relay has. Is it a TermChat relay?"));
            return;
        }

        // Each link brings a window's worth at the most, but a relay that forgets, or says it does, brings another one by the next.
        var (untaken, bytes) = _inbox.Untaken;
        if (untaken > MostMessages || bytes > MostBytes)
        {
            Break(new TransportException(
                TransportError.Io,
                $"The application has not taken {untaken} messages, {bytes} bytes, that came by earlier connections to the relay {_url}, and no more than " +
                $"{MostMessages} messages and {MostBytes} bytes are kept for it. Receive them: the transport connects again by itself."));
            return;
        }

        _limits = registered.Limits;
        if (_inbox.Begin(this, registered.Epoch, registered.Sequence))
            _report(new LossReport(LossDirection.Sent, LossReason.RelayRestarted, null, [], 0));
        _registered.TrySetResult(registered);
    }

    private void OnAccepted(Accepted accepted)
    {
        OnAnswer(accepted.Ranges, SendStatus.Accepted);
        _sends.Read(accepted.Read);
    }

    private void OnAnswer(IReadOnlyList<NumberRange>? ranges, SendStatus status)
    {
        foreach (var range in ranges ?? [])
        {
            if (range is not null)
                _sends.Answer(range, new SendResult(status, TransportKind.Relay));
        }
    }

    private void OnError(RelayError error)
    {
        var refusal = new TransportException(TransportError.Io, $"The relay {_url} refused: {error.Message}")
        {
            Code = (ErrorCode)error.Code,
            RetryAfter = TimeSpan.FromMilliseconds(Math.Max(0, error.RetryAfterMilliseconds)),
        };
        if (refusal.Code == ErrorCode.SendRateExceeded && error.Number > 0 && _sends.PutBack(error.Number, refusal.RetryAfter))
        {
            _logger.SendingTooFast(_url, refusal.RetryAfter);
            return;
        }

        if (error.Number != 0 && _sends.Refuse(error.Number, refusal))
            return;

        // Before Registered any error is the relay's answer to the registration. Later, from 100 on, it ends the connection:
        // that says nothing against the messages under way, so they fail as on any connection that broke.
        if (!_registered.Task.IsCompleted)
        {
            Break(refusal);
        }
        else if (error.Code >= 100)
        {
            Break(new TransportException(TransportError.ConnectionClosed, $"The relay {_url} ended the connection: {error.Message}")
            {
                Code = refusal.Code,
                RetryAfter = refusal.RetryAfter,
            });
        }
        else
        {
            _logger.RelayError(_url, refusal.Code);
        }
    }

    private void OnDeliver(Delivery delivery)
    {
        var messages = delivery.Messages ?? [];
        if (delivery.First < 1 || delivery.First > long.MaxValue - messages.Count)
        {
            _logger.MalformedFrame(_url, nameof(IRelayClient.Deliver));
            return;
        }

        // The next registration tells how many of these the relay knows. In front of more of them, or each connection would bring another frame's worth.
        if (_inbox.Late > MostMessages)
        {
            Break(new TransportException(
                TransportError.ConnectionClosed,
                $"More than {MostMessages} messages that the relay {_url} delivered were repeats that came too late. The transport connects again, to hear how many of them it knows of."));
            return;
        }

        List<(PeerId Sender, MessageId Id, AcknowledgementTracker.Slot Place)>? late = null;
        for (var i = 0; i < messages.Count && IsOpen; i++)
        {
            if (Deliver(delivery.First + i, messages[i], out var sender) is { } place)
                (late ??= []).Add((sender, messages[i].Id, place));
        }

        if (late is not null)
            ReportLate(late);

        var (waiting, bytes) = _inbox.InWindow;
        if (waiting > _limits.DeliveryWindowMessages || (waiting > 1 && bytes > _limits.DeliveryWindowBytes))
        {
            Break(new TransportException(
                TransportError.ConnectionClosed,
                $"The relay {_url} delivers more without an acknowledgement than the {_limits.DeliveryWindowMessages} messages, " +
                $"or {_limits.DeliveryWindowBytes} bytes, it had announced."));
        }
    }

    /// <returns>The place of a message that comes too late, else null.</returns>
    private AcknowledgementTracker.Slot? Deliver(long position, in DeliveredMessage message, out PeerId sender)
    {
        sender = default;
        if (message.Id != default && TryReadSender(message.From, out sender))
            return _inbox.Deliver(this, position, sender, message);

        // Its position is skipped when the next message comes, and counted as lost there.
        _logger.MalformedFrame(_url, nameof(IRelayClient.Deliver));
        return null;
    }

    /// <summary>Tells the application first, and then, by settling their places, the relay, which tells the senders.</summary>
    private void ReportLate(List<(PeerId Sender, MessageId Id, AcknowledgementTracker.Slot Place)> late)
    {
        foreach (var messages in late.GroupBy(message => message.Sender))
        {
            MessageId[] ids = [.. messages.Select(message => message.Id)];
            _report(new LossReport(LossDirection.Received, LossReason.Late, messages.Key, ids, ids.Length));
        }

        late.ForEach(message => _inbox.Settle(message.Place));
    }

    private bool TryReadSender(string? from, out PeerId sender)
    {
        // Reading a key costs more than everything else here, and most messages come from whom the one before came.
        if (from != _lastSender.Value && !PeerId.TryParse(from, out _lastSender))
            _lastSender = default;
        sender = _lastSender;
        return sender != default;
    }

    /// <summary>Positions are missing without the relay having said so.</summary>
    internal void ReportGap(long count)
    {
        _logger.UnexplainedGap(_url, count);
        _report(new LossReport(LossDirection.Received, LossReason.Unknown, null, [], count));
    }

    private void OnDropped(Dropped dropped)
    {
        // One beyond all numbers would make repeats of all reports behind it.
        if (dropped.Report is < 1 or > MaxNumber)
        {
            _logger.MalformedFrame(_url, nameof(IRelayClient.Dropped));
            return;
        }

        var ids = new List<MessageId>();
        foreach (var bytes in dropped.Ids ?? [])
        {
            if (MessageId.TryRead(bytes.Span, out var id))
                ids.Add(id);
        }

        PeerId? recipient = PeerId.TryParse(dropped.To, out var peer) ? peer : null;
        if (_inbox.IsNewReport(this, dropped.Report))
            _report(new LossReport(LossDirection.Sent, ReasonOf(dropped.Reason), recipient, ids, Math.Max(ids.Count, dropped.Count)));
        _reporting = AcknowledgeReportAsync(_reporting, dropped.Report, _sends.OutcomesOf(dropped.To ?? "", ids.ToHashSet()));
    }

    /// <summary>Acknowledges a report behind the one before, and when no repeat of what it names is under way.</summary>
    /// <remarks>
    /// The answer to such a message was lost with an earlier connection, so it goes again. While the relay has the report it
    /// knows the repeat by it; afterwards it would take it for a new message, and deliver it behind its successors.
    /// </remarks>
    private async Task AcknowledgeReportAsync(Task before, long report, Task[] repeats)
    {
        await before.ConfigureAwait(false);
        await Task.WhenAll(repeats).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (IsOpen)
            _inbox.Reported(this, report);
    }

    private void OnMissed(Missed missed)
    {
        // One up to a position below zero would be further behind than numbers can say, and would look like one ahead.
        if (missed.Count < 1 || missed.Sequence < 1)
        {
            _logger.MalformedFrame(_url, nameof(IRelayClient.Missed));
            return;
        }

        // Deliveries that come behind the end of the link are left for the next one. This, taken behind them, would make them losses.
        if (!IsOpen)
            return;

        // What came in before the loss, on an earlier link, is here: only the rest is lost to the application.
        var missing = _inbox.Skip(this, missed.Count, missed.Sequence);
        var lost = Math.Min(missed.Count, missing);
        if (missing > lost)
            ReportGap(missing - lost);
        if (lost > 0)
            _report(new LossReport(LossDirection.Received, LossReason.Unknown, null, [], lost));
    }

    private void OnReplaced()
    {
        // Even if the link has ended already: then the supervisor still needs to know why.
        WasReplaced = true;
        Break(new TransportException(
            TransportError.ConnectionClosed,
            $"Another connection registered this PeerId at the relay {_url}, and this one was closed. " +
            "Only one can hold it; this transport does not reconnect by itself, so that the two do not fight."));
    }

    private static bool AreSane(RelayLimits? limits) => limits is
    {
        MaxPayloadBytes: > 0, MaxBatchMessages: > 0, MaxBatchBytes: > 0,
        SendWindowMessages: > 0, SendWindowBytes: > 0,
        DeliveryWindowMessages: > 0 and <= MostMessages, DeliveryWindowBytes: > 0 and <= MostBytes,
    };

    private static LossReason ReasonOf(int reason) => (DropReason)reason switch
    {
        DropReason.Evicted => LossReason.Evicted,
        DropReason.Expired => LossReason.Expired,
        DropReason.Late => LossReason.Late,
        _ => LossReason.Unknown,
    };
}
