namespace Client.Transport.Hybrid;

/// <summary>One message on its way to a peer, from the call that sent it until it is accepted, refused or given up.</summary>
/// <remarks>The fields that change belong to the lane's lock.</remarks>
internal sealed class QueuedSend(OutgoingMessage message, CancellationToken cancellationToken)
{
    // Continuations run elsewhere: a caller's code must not run under the lane's lock, or in its worker.
    private readonly TaskCompletionSource<SendResult> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What follows for a caller that was told "pending".
    private TaskCompletionSource<SendResult>? _settled;

    public OutgoingMessage Message { get; private set; } = message;

    /// <summary>The caller's, as long as it waits. A pending message is nobody's to cancel.</summary>
    public CancellationToken CancellationToken { get; private set; } = cancellationToken;

    /// <summary>The caller was told that the message waits here, so its loss from now on must be reported.</summary>
    public bool IsPending => _settled is not null;

    /// <summary>Handed to a link that has not answered.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>The path that has reported it lost, and so had accepted it, while a link had it without an answer. Null if none has.</summary>
    public TransportKind? LostBy { get; set; }

    /// <summary>What the caller is told.</summary>
    public Task<SendResult> Outcome => _caller.Task;

    public void BecomePending(TransportException reason)
    {
        if (IsPending)
            return;

        // Copied, because the caller's send completes now and its buffer is its own again.
        Message = Message with { Payload = Message.Payload.ToArray() };
        CancellationToken = CancellationToken.None;
        _settled = new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _caller.TrySetResult(new SendResult(SendStatus.Pending, TransportKind.None, reason) { Settled = _settled.Task });
    }

    /// <summary>Whether its id is above those of all messages that went to this peer before it.</summary>
    public bool Ascends { get; set; }

    /// <summary>The link broke without an answer.</summary>
    /// <remarks>Of one whose id does not ascend the recipient could not tell whether it comes too late; it would take it for that where nothing had been lost.</remarks>
    public void BecomeRepeat()
    {
        if (Ascends && !Message.IsRepeat)
            Message = Message with { IsRepeat = true };
    }

    public void Accept(SendResult result) => (_settled ?? _caller).TrySetResult(result);

    /// <summary>Says that the message did not go, and will not.</summary>
    public void Fail(Exception reason)
    {
        (_settled ?? _caller).TrySetException(reason);

        // Looked at here, because most callers let go of it once they were told "pending".
        _ = _settled?.Task.Exception;
    }

    public void Cancel() => _caller.TrySetCanceled(CancellationToken);
}
