using Client.Transport;

namespace TermChat.Commands.Named;

/// <summary>Counts how sends ended, and keeps the first failure: one clear line says more than a thousand equal ones.</summary>
internal sealed class NamedTally
{
    private int _queued;
    private int _failed;
    private long _lost;

    public int Accepted { get; private set; }

    public TransportException? Failure { get; private set; }

    public string Summary => Failure is not null
        ? $"not sent: {Failure.Message}" + (Accepted + _failed > 1 ? $" ({Accepted} accepted before, {_failed} not)" : "")
        : $"accepted: {Accepted}" + (_queued > 0 ? $" ({_queued} of them wait at the relay, the recipient is not connected)" : "") +
            (Lost > 0 ? $"; but the relay has already given up {Lost} or more, because too many wait there (Relay:MailboxMessages, Relay:MailboxesBytes) or for too long (Relay:MailboxTimeToLive), or a broken connection made them come out of order" : "");

    private long Lost => Interlocked.Read(ref _lost);

    public async Task AddAsync(Task<SendResult> send)
    {
        try
        {
            var result = await send;
            if (result.Status == SendStatus.Pending)
            {
                // It would go out by itself, but only while this program runs; and it is about to end.
                Fail(result.Reason!);
                return;
            }

            Accepted++;
            _queued += result.Status == SendStatus.Queued ? 1 : 0;
        }
        catch (TransportException refused)
        {
            Fail(refused);
        }
    }

    /// <summary>Counts what the relay lost after it had accepted it. Any thread.</summary>
    public void Lose(LossReport loss)
    {
        // Only the relay's: what this program gives up by itself it has counted as not sent.
        if (loss is { Direction: LossDirection.Sent, Reason: LossReason.Evicted or LossReason.Expired or LossReason.Late or LossReason.Unknown })
            Interlocked.Add(ref _lost, loss.Count);
    }

    private void Fail(TransportException failure)
    {
        Failure ??= failure;
        _failed++;
    }
}
