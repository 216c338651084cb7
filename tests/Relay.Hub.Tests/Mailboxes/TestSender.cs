using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>A sender's connection with a window for so many messages.</summary>
internal sealed class TestSender(int window = int.MaxValue) : ISender
{
    public int Waiting { get; private set; }

    public long WaitingBytes { get; private set; }

    public AppendOutcome TryWait(int payloadBytes)
    {
        if (Waiting == window)
            return AppendOutcome.SendWindowMessagesExceeded;

        Waiting++;
        WaitingBytes += payloadBytes;
        return AppendOutcome.Waiting;
    }

    public void EndWait(int payloadBytes)
    {
        Waiting--;
        WaitingBytes -= payloadBytes;
    }
}
