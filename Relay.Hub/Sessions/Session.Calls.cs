using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Sessions;

// What the client asks for. One call at a time: SignalR runs a connection's invocations one after the other.
internal sealed partial class Session
{
    public void Register(RegisterRequest? request)
    {
        // One that was refused, or was silent for too long, must not take a healthy connection's place on its way out.
        if (HasEnded)
            return;

        if (Peer is not null)
        {
            Refuse(ErrorCode.AlreadyRegistered, "This connection is registered already. Open another one for another PeerId.");
            return;
        }

        if (_registry.Admission.Check(request, _challenge, _context, out var id) is { } refusal)
        {
            _registry.Logger.RegistrationRefused(_context.ConnectionId, refusal.Code);
            End(Ending.Refused(refusal.Code, refusal.Message));
            return;
        }

        var resumeFrom = request!.Epoch == _registry.Directory.Epoch ? request.Sequence : 0;
        if (_registry.Enter(id, this, resumeFrom) is not { } peer)
        {
            End(Ending.Refused(ErrorCode.ServerFull, _registry.FullMessage));
            return;
        }

        // The connection can end while this method runs. Whoever comes second, this line or CloseAsync, sees the other's mark.
        if (HasEnded)
        {
            _registry.Leave(peer, this);
            return;
        }

        _registrationTimer.Dispose();
        _challenge.Close();
        _registry.Logger.Registered(peer.Id, _context.ConnectionId);
        Wake();
    }

    /// <summary>Called under the lock of <paramref name="peer"/>, before anybody else can meet this session there.</summary>
    public void BelongTo(Peer peer) => Peer = peer;

    public void Relay(RelayRequest? request)
    {
        if (!IsRegistered(nameof(IRelayHub.Relay)))
            return;

        if (request?.Messages is not { } messages || request.First < 1 || request.First > long.MaxValue - messages.Count)
        {
            Refuse(ErrorCode.Malformed, "Relay needs a list of messages and the number of the first one, at least 1.");
            return;
        }

        if (messages.Count > RelayOptions.MaxBatchMessages || (messages.Count > 1 && PayloadBytes(messages) > RelayOptions.MaxBatchBytes))
        {
            // A frame can hold half a million of nothing: the first answers too many end the connection, and this loop.
            var why = $"A Relay call takes at most {RelayOptions.MaxBatchMessages} messages of {RelayOptions.MaxBatchBytes} bytes together, or one; " +
                $"this one had {messages.Count} of {PayloadBytes(messages)} bytes.";
            for (var i = 0; i < messages.Count && !HasEnded; i++)
                Refuse(ErrorCode.Malformed, why, request.First + i);
            return;
        }

        for (var i = 0; i < messages.Count && !HasEnded; i++)
            Relay(messages[i], request.First + i);
    }

    public void Acknowledge(Acknowledgement? acknowledgement)
    {
        if (!IsRegistered(nameof(IRelayHub.Acknowledge)))
            return;

        // An acknowledgement for another epoch speaks of positions that are gone. Its time is over, and that is no error.
        if (acknowledgement?.Epoch != _registry.Directory.Epoch)
            return;

        if (!Peer!.Acknowledge(this, acknowledgement.Sequence, acknowledgement.Report))
            Refuse(ErrorCode.Malformed, "The acknowledged position was not delivered on this connection.");
    }

    /// <summary>The client called a method there is none of, or with arguments that do not fit.</summary>
    public void RefuseMalformed()
    {
        if (!HasEnded)
            Refuse(ErrorCode.Malformed, "There is no such method, or its argument could not be read. docs/protocol.md lists the methods and their arguments.");
    }

    private static long PayloadBytes(IReadOnlyList<OutboundMessage?> messages)
    {
        long bytes = 0;
        for (var i = 0; i < messages.Count; i++)
            bytes += messages[i]?.Payload.Length ?? 0;
        return bytes;
    }

    private bool IsRegistered(string method)
    {
        // Nobody reads the answers of a connection that has ended, so they must not pile up until it is cut.
        if (HasEnded)
            return false;

        if (Peer is not null)
            return true;

        Refuse(ErrorCode.NotRegistered, $"{method} needs a registered connection. Call Register first and wait for Registered.");
        return false;
    }

    private void Relay(OutboundMessage? message, long number)
    {
        if (message is null || !MessageId.TryRead(message.Id.Span, out var id))
        {
            Refuse(ErrorCode.Malformed, $"A message needs an id of {MessageId.Length} bytes that are not all zero.", number);
            return;
        }

        if (!PeerId.TryParse(message.To, out var recipient))
        {
            Refuse(ErrorCode.InvalidRecipient, "The recipient is no PeerId.", number);
            return;
        }

        if (message.Payload.Length > Options.MaxPayloadBytes)
        {
            Refuse(
                ErrorCode.PayloadTooLarge,
                $"payload too large: {message.Payload.Length} bytes; this relay takes at most {Options.MaxPayloadBytes} (Relay:MaxPayloadBytes).",
                number);
            return;
        }

        // The sender is who registered this connection. There is no field by which a client could say otherwise.
        var entry = new MailboxEntry(Peer!.Id, id, message.Payload, _registry.Time.GetTimestamp());
        Answer(_registry.Directory.Append(recipient, entry, this, number), number);
    }

    private void Answer(AppendOutcome outcome, long number)
    {
        switch (outcome)
        {
            case AppendOutcome.Accepted:
                Answer(number, AnswerKind.Accepted);
                break;
            case AppendOutcome.Queued:
                Answer(number, AnswerKind.Queued);
                break;
            case AppendOutcome.SendWindowExceeded:
                Refuse(
                    ErrorCode.SendWindowExceeded,
                    $"More is without an answer than allowed: {Options.SendWindowMessages} messages (Relay:SendWindowMessages) " +
                    $"or {Options.SendWindowBytes} bytes (Relay:SendWindowBytes). Wait for answers before sending on.",
                    number);
                break;
            case AppendOutcome.BudgetExceeded:
                Refuse(
                    ErrorCode.MailboxesFull,
                    $"The relay's mailboxes hold as much as they may: {Options.MailboxesBytes} bytes (Relay:MailboxesBytes). Try again later.",
                    number);
                break;
        }
    }
}
