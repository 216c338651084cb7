using Client.Transport;
using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Commands.Named;

/// <summary><c>termchat listen --as</c>: prints each plain message that comes to a name, one a line.</summary>
internal static class NamedListen
{
    public static async Task<int> RunAsync(StandardStreams streams, RelayTransportOptions options, int count, CancellationToken cancellationToken)
    {
        streams.WarnUnproven();
        await using var transport = new RelayTransport(options);
        transport.StateChanged += change => Tell(streams, change, options);
        transport.LossReported += streams.Tell;
        try
        {
            for (var received = 0; count == 0 || received < count; received++)
            {
                var message = await transport.ReceiveAsync(cancellationToken);
                await streams.WriteAsync($"{message.Sender.Value}: {ChatText.Printable(message.Payload.Span)}\n", cancellationToken);

                // Only now: had the program been killed before the line was out, the message would come again.
                message.Acknowledge();
            }

            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return count == 0 ? ExitCode.Success : ExitCode.Interrupted;
        }
        catch (TransportException final)
        {
            streams.Say(final.Message);
            return ExitCode.Failure;
        }
    }

    private static void Tell(StandardStreams streams, RelayConnectionChange change, RelayTransportOptions options)
    {
        if (change.State == RelayConnectionState.Connected)
            streams.Say($"listening as {options.Peer.Value} at {options.Url}; Ctrl+C ends");
        else if (change is { State: RelayConnectionState.Waiting, Reason: { } reason, NextAttemptIn: { } pause })
            streams.Say($"{reason.Message} Next attempt in {pause.TotalSeconds:0.0} s.");
    }
}
