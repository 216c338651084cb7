using Client.Transport;

namespace TermChat.Commands;

/// <summary>Counts how sends ended, and keeps the first failure: one clear line says more than a thousand equal ones.</summary>
internal sealed class SendTally
{
    private int _queued;
    private int _failed;

    public int Accepted { get; private set; }

    public TransportException? Failure { get; private set; }

    public string Summary => Failure is not null
        ? $"not sent: {Failure.Message}" + (Accepted + _failed > 1 ? $" ({Accepted} accepted before, {_failed} not)" : "")
        : $"accepted: {Accepted}" + (_queued > 0 ? $" ({_queued} of them wait at the relay, the recipient is not connected)" : "");

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

    private void Fail(TransportException failure)
    {
        Failure ??= failure;
        _failed++;
    }
}
