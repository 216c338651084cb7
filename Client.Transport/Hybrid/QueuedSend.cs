namespace Client.Transport.Hybrid;

/// <summary>One message on its way to a peer, from the call that sent it until it is accepted, refused or given up.</summary>
/// <remarks>The fields that change belong to the lane's lock.</remarks>
internal sealed class QueuedSend(OutgoingMessage message, CancellationToken cancellationToken)
{
    // Continuations run elsewhere: a caller's code must not run under the lane's lock, or in its worker.
    private readonly TaskCompletionSource<SendResult> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutgoingMessage Message { get; private set; } = message;

    /// <summary>The caller's, as long as it waits. A pending message is nobody's to cancel.</summary>
    public CancellationToken CancellationToken { get; private set; } = cancellationToken;

    /// <summary>The caller was told that the message waits here, so its loss from now on must be reported.</summary>
    public bool IsPending { get; private set; }

    /// <summary>Handed to a link that has not answered.</summary>
    public bool IsInFlight { get; set; }

    public Task<SendResult> Outcome => _caller.Task;

    public void BecomePending(TransportException reason)
    {
        if (IsPending)
            return;

        // Copied, because the caller's send completes now and its buffer is its own again.
        Message = Message with { Payload = Message.Payload.ToArray() };
        CancellationToken = CancellationToken.None;
        IsPending = true;
        _caller.TrySetResult(new SendResult(SendStatus.Pending, TransportKind.None, reason));
    }

    public void Accept(SendResult result) => _caller.TrySetResult(result);

    /// <summary>Tells the caller, if it still waits, that the message did not go.</summary>
    public void Fail(Exception reason) => _caller.TrySetException(reason);

    public void Cancel() => _caller.TrySetCanceled(CancellationToken);
}
