using System.Text;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Relay.Contracts;

namespace TermChat.Commands.Named;

/// <summary><c>termchat send --as</c>: hands plain messages to the relay under a name, and ends when all are accepted.</summary>
internal static class NamedSend
{
    /// <summary>Messages handed over and not answered. The relay's window is the real limit; this one only bounds memory.</summary>
    private const int MaxUnderWay = 512;

    public static async Task<int> RunAsync(
        StandardStreams streams, RelayTransportOptions options, string peer, IAsyncEnumerable<string> messages, CancellationToken cancellationToken)
    {
        if (!streams.TryReadPeer(peer, out var recipient))
            return ExitCode.Failure;

        streams.WarnUnproven();
        var tally = new NamedTally();
        if (!await TrySendAsync(streams, options, recipient, messages, tally, cancellationToken))
            return ExitCode.Interrupted;

        // When the connection is closed in good order: what the relay had lost of these by then it has told.
        streams.Say(tally.Summary);
        return tally.Failure is null ? ExitCode.Success : ExitCode.Failure;
    }

    /// <returns>False if interrupted.</returns>
    private static async Task<bool> TrySendAsync(
        StandardStreams streams, RelayTransportOptions options, PeerId recipient, IAsyncEnumerable<string> messages, NamedTally tally, CancellationToken cancellationToken)
    {
        await using var relay = new RelayTransport(options);

        // With the relay as its only path, the hybrid's part is to send again, in order, what a broken connection left open.
        await using var transport = new HybridTransport(direct: null, relay);
        var notice = new ConnectionNotice(streams);
        var hasBeenThere = false;
        relay.StateChanged += change =>
        {
            // A relay that cannot be reached at all fails the sending, and nobody waits for the next attempt.
            hasBeenThere |= change.State == RelayConnectionState.Connected;
            if (hasBeenThere)
                notice.Follow(change.State, change.Reason?.Message, change.NextAttemptIn);
        };
        transport.LossReported += streams.Tell;
        transport.LossReported += tally.Lose;
        var underWay = new Queue<Task<SendResult>>();
        try
        {
            await foreach (var text in messages)
            {
                underWay.Enqueue(transport.SendAsync(recipient, Encoding.UTF8.GetBytes(text), cancellationToken).AsTask());
                while (underWay.Count >= MaxUnderWay || underWay.TryPeek(out var first) && first.IsCompleted)
                    await tally.AddAsync(underWay.Dequeue());
                if (tally.Failure is not null)
                    break;
            }

            while (underWay.TryDequeue(out var last))
                await tally.AddAsync(last);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            foreach (var done in underWay.Where(send => send.IsCompletedSuccessfully))
                await tally.AddAsync(done);
            streams.Say($"interrupted: the relay had accepted {tally.Accepted} messages");
            return false;
        }

        return true;
    }
}
