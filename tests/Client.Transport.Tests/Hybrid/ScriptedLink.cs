using Relay.Contracts;

namespace Client.Transport.Tests.Hybrid;

/// <summary>A link on which the test answers every message.</summary>
internal sealed class ScriptedLink(Func<OutgoingMessage, SendResult>? answer) : ITransportLink
{
    private readonly Lock _gate = new();
    private readonly List<(OutgoingMessage Message, TaskCompletionSource<SendResult> Answer)> _sent = [];
    private bool _broken;

    public bool IsOpen => !Volatile.Read(ref _broken);

    /// <summary>Everything handed over so far, in order.</summary>
    public IReadOnlyList<OutgoingMessage> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent.Select(sent => sent.Message)];
            }
        }
    }

    public IEnumerable<int> Numbers => Sent.Select(message => BitConverter.ToInt32(message.Payload.Span));

    public Task<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var answered = new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _sent.Add((message, answered));
            cancellationToken.UnsafeRegister(_ => answered.TrySetCanceled(cancellationToken), null);
            if (_broken)
                answered.TrySetException(Broken());
            else if (answer is not null)
                Settle(answered, message);
            return answered.Task;
        }
    }

    public void Accept(int index, TransportKind path = TransportKind.Relay, SendStatus status = SendStatus.Accepted) =>
        At(index).TrySetResult(new SendResult(status, path));

    public void Fail(int index, Exception failure) => At(index).TrySetException(failure);

    public void Refuse(int index, string reason = "The payload is too large: 70000 bytes, at most 65536.") =>
        Fail(index, new TransportException(TransportError.Io, reason) { Code = ErrorCode.PayloadTooLarge });

    /// <summary>Breaks the link; every message without an answer fails.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _broken = true;
            foreach (var (_, answered) in _sent)
                answered.TrySetException(Broken());
        }
    }

    public static TransportException Broken() => new(TransportError.ConnectionClosed, "The connection broke.");

    private void Settle(TaskCompletionSource<SendResult> answered, OutgoingMessage message)
    {
        try
        {
            answered.TrySetResult(answer!(message));
        }
        catch (TransportException failure)
        {
            answered.TrySetException(failure);
        }
    }

    private TaskCompletionSource<SendResult> At(int index)
    {
        lock (_gate)
        {
            return _sent[index].Answer;
        }
    }
}
