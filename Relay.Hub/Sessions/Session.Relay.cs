using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Sessions;

// What the client hands over. Messages to one recipient that follow each other go into its mailbox under one lock.
internal sealed partial class Session
{
    // Until recipients have acknowledged something, or some of it has expired.
    private static readonly TimeSpan WhenFull = TimeSpan.FromSeconds(5);

    // Asked for with every message.
    private readonly int _maxPayloadBytes;

    // The recipient of the last message, who is mostly that of the next one too.
    private Peer? _recipient;

    public void Relay(RelayRequest? request)
    {
        if (!IsRegistered(nameof(IRelayHub.Relay)))
            return;

        // What comes from here on could only be lost with this process. Without an answer it stays its sender's, who sends it to the next one.
        if (_registry.IsDraining)
            return;

        if (request?.Messages is not { } messages || request.First < 1 || request.First > long.MaxValue - messages.Count)
        {
            RefuseFault(new Refusal(ErrorCode.Malformed, "Relay needs a list of messages and the number of the first one, at least 1."));
            return;
        }

        if (IsRefusedAlready(request.First, messages.Count))
            return;

        var batch = messages as OutboundMessage[] ?? [.. messages];
        var bytes = PayloadBytes(batch);
        if (batch.Length > RelayOptions.MaxBatchMessages || (batch.Length > 1 && bytes > RelayOptions.MaxBatchBytes))
        {
            // A frame can hold tens of thousands of nothing: what they cost ends the connection, and this loop.
            var limits = $"A Relay call takes at most {RelayOptions.MaxBatchMessages} messages of {RelayOptions.MaxBatchBytes} bytes together, or one" +
                " (maxBatchMessages and maxBatchBytes in Registered, which are no settings). docs/protocol.md describes them.";
            var refusal = new Refusal(ErrorCode.Malformed, $"This call had {batch.Length} messages of {bytes} bytes together. {limits}") { Reason = limits };
            for (var i = 0; i < batch.Length && !HasEnded; i++)
                RefuseFault(refusal, request.First + i);
            return;
        }

        var now = _registry.Time.GetTimestamp();
        if (IsOverTheRate(request.First, batch.Length, bytes, now))
            return;

        Metrics.BatchRelayed(batch.Length);
        var isAlone = batch.Length == 1;
        try
        {
            for (var i = 0; i < batch.Length && !HasEnded;)
                i += RelayNext(batch.AsSpan(i), request.First + i, now, isAlone);
        }
        finally
        {
            // Once for all their answers; whatever happens, for those that are there.
            if (!isAlone)
                Wake();
        }
    }

    /// <summary>Relays the first message, and those behind it that go to the same recipient, up to one that is not accepted.</summary>
    /// <returns>How many.</returns>
    private int RelayNext(ReadOnlySpan<OutboundMessage> messages, long number, long now, bool isAlone)
    {
        if (!IsSound(messages[0]))
        {
            RefuseUnsound(messages[0], number);
            return 1;
        }

        var count = 1;
        while (count < messages.Length && messages[count].To == messages[0].To && IsSound(messages[count]))
            count++;

        // The sender is who registered this connection. There is no field by which a client could say otherwise.
        bool isPeerId;
        var tries = 0;
        while (FindRecipient(messages[0].To, out isPeerId) is { } recipient)
        {
            var accepted = recipient.Append(messages[..count], this, number, now, out var stopped);
            if (accepted > 0 && isAlone)
                Carry(recipient);
            else if (accepted > 0)
                recipient.Session?.Wake();
            if (accepted == count)
                return count;

            // Out of the recipient's lock, so that others' can be taken. Then this message again, or the ones behind those that were accepted.
            if (stopped == AppendOutcome.BudgetExceeded && tries++ < PeerDirectory.MaxTries && _registry.Directory.MakeRoom(MailboxEntry.CostOf(messages[accepted].Payload.Length)))
            {
                if (accepted > 0)
                    return accepted;
                continue;
            }

            if (stopped != AppendOutcome.Retired)
            {
                if (stopped == AppendOutcome.Waiting)
                    SayRead(number + messages.Length - 1);
                else
                    RefuseFor(stopped, number + accepted);

                // It may have been made for this message alone, which it does not get.
                if (stopped is AppendOutcome.BudgetExceeded or AppendOutcome.StrangerQuotaExceeded)
                    _registry.Directory.Release(recipient);
                return accepted + 1;
            }

            _registry.Directory.Forget(recipient);
            _recipient = null;
        }

        if (!isPeerId)
            RefuseFault(new Refusal(ErrorCode.InvalidRecipient, $"The recipient is no PeerId. {LimitWords.PeerIds}"), number);
        else
            RefuseFor(AppendOutcome.BudgetExceeded, number);
        return 1;
    }

    /// <summary>Answers a message that came by itself, and delivers it, on this thread.</summary>
    /// <remarks>
    /// There is nothing to put together, so the pumps of both need not be woken elsewhere: that would be the larger part of what it costs.
    /// The answer first, because its sender may be waiting for it.
    /// </remarks>
    private void Carry(Peer recipient)
    {
        _wake.SetAndRun();
        recipient.Session?._wake.SetAndRun();
    }

    /// <summary>Clients send the next call when this one was read; of a message that waits no answer tells them.</summary>
    private void SayRead(long lastNumber)
    {
        _outbox.AddRead(lastNumber);
        Wake();
    }

    /// <returns>Null if the text is no PeerId, or the budget has no room for one more peer.</returns>
    private Peer? FindRecipient(string? text, out bool isPeerId)
    {
        isPeerId = true;
        if (_recipient is { } last && last.Id.Value == text)
            return last;

        // A text by which a peer is known already is a PeerId; reading one that is a key costs more than looking it up.
        _recipient = text is null ? null : _registry.Directory.Find(text);
        if (_recipient is not null)
            return _recipient;

        isPeerId = PeerId.TryParse(text, out var id);
        return _recipient = isPeerId ? _registry.Directory.GetOrAdd(id) : null;
    }

    /// <summary>Whether nothing is wrong with a message in itself.</summary>
    private bool IsSound(in OutboundMessage message) => message.Id != default && message.Payload.Length <= _maxPayloadBytes;

    private void RefuseUnsound(in OutboundMessage message, long number)
    {
        if (message.Id == default)
        {
            RefuseFault(new Refusal(ErrorCode.Malformed, $"A message needs an id of {MessageId.Length} bytes that are not all zero."), number);
            return;
        }

        var limit = $"this relay takes at most {_maxPayloadBytes} bytes (Relay:MaxPayloadBytes). {Refusal.Documented}";
        RefuseFault(
            new Refusal(ErrorCode.PayloadTooLarge, $"payload too large: {message.Payload.Length} bytes; {limit}") { Reason = $"payload too large: {limit}" },
            number);
    }

    private static long PayloadBytes(OutboundMessage[] messages)
    {
        long bytes = 0;
        foreach (ref readonly var message in messages.AsSpan())
            bytes += message.Payload.Length;
        return bytes;
    }

    private void RefuseFor(AppendOutcome outcome, long number)
    {
        switch (outcome)
        {
            case AppendOutcome.SendWindowMessagesExceeded:
                RefuseForWindow($"{Options.SendWindowMessages} messages (Relay:SendWindowMessages)");
                break;
            case AppendOutcome.SendWindowBytesExceeded:
                RefuseForWindow($"{Options.SendWindowBytes} bytes (Relay:SendWindowBytes)");
                break;
            case AppendOutcome.BudgetExceeded:
                Refuse(
                    new Refusal(
                        ErrorCode.MailboxesFull,
                        $"The relay's mailboxes hold as much as they may: {Options.MailboxesBytes} bytes (Relay:MailboxesBytes). Try again later. {Refusal.Documented}",
                        WhenFull),
                    number);
                break;
            case AppendOutcome.StrangerMailboxFull:
                Refuse(
                    new Refusal(
                        ErrorCode.StrangerQuotaExceeded,
                        $"The recipient has never been at this relay, and its mailbox holds as much as it may until then: {Options.StrangerMailboxBytes} bytes " +
                        $"(Relay:StrangerMailboxBytes). {Refusal.Documented}"),
                    number);
                break;
            case AppendOutcome.StrangerQuotaExceeded:
                Refuse(
                    new Refusal(
                        ErrorCode.StrangerQuotaExceeded,
                        "The recipient has never been at this relay, and this sender has as much with such recipients as it may: " +
                        $"{Options.StrangerBytesPerSender} bytes (Relay:StrangerBytesPerSender). {Refusal.Documented}"),
                    number);
                break;
        }

        void RefuseForWindow(string window) => Refuse(
            new Refusal(
                ErrorCode.SendWindowExceeded,
                $"More of this sender's waits for slow recipients than may: {window}. Wait for answers before sending on. {Refusal.Documented}"),
            number);
    }
}
