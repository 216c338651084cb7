using Relay.Benchmarks.Clients;

namespace Relay.Benchmarks.Traffic;

/// <summary>Takes what was kept for a peer, and checks that it is all of it.</summary>
internal sealed class MailboxCollector(int flow, int count) : IReceiver
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next;

    /// <summary>Completes with the last message. Fails with a <see cref="VerificationException"/> as soon as one is not the next.</summary>
    public Task Complete => _complete.Task;

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (!Payload.TryRead(bytes, out var payload) || payload.Flow != flow || payload.Sequence != _next++)
            Fail(new VerificationException($"message {_next} of {count} that were kept is not what was sent"));
        else if (_next == count)
            _complete.TrySetResult();
    }

    public void Fail(Exception reason) => _complete.TrySetException(reason);
}
