using System.CommandLine;
using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary><c>termchat listen</c>: prints each message that comes, one a line.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var peer = new Option<PeerId>("--as") { Description = "Your name at the relay", HelpName = "NAME", Required = true, CustomParser = CommonOptions.ParsePeer };
        var relay = CommonOptions.Relay();
        var count = new Option<int>("--count") { Description = "End after this many messages", HelpName = "N" };
        var command = new Command("listen", "Print the messages that come, one a line: the sender, a colon, the text.\n\nExample:\n  termchat listen --as bob")
        {
            peer, relay, count,
        };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--count takes a number of messages, at least 1.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new RelayTransportOptions { Url = parsed.GetValue(relay)!, Peer = parsed.GetValue(peer) }, parsed.GetValue(count), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RelayTransportOptions options, int count, CancellationToken cancellationToken)
    {
        Terminal.WarnUnencrypted();
        await using var transport = new RelayTransport(options);
        transport.StateChanged += change => Tell(change, options);
        transport.LossReported += Terminal.Tell;
        var output = new StreamWriter(Terminal.OpenOutput()) { AutoFlush = true };
        try
        {
            for (var received = 0; count == 0 || received < count; received++)
            {
                var message = await transport.ReceiveAsync(cancellationToken);
                await output.WriteLineAsync($"{message.Sender.Value}: {ChatText.Printable(message.Payload.Span)}");

                // Only now: had the program been killed before the line was out, the message would come again.
                message.Acknowledge();
            }

            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        catch (TransportException final)
        {
            Terminal.Say(final.Message);
            return ExitCode.Failure;
        }
        catch (IOException broken)
        {
            Terminal.Say($"standard output takes nothing more: {broken.Message}. The message is not acknowledged, and comes again.");
            return ExitCode.Failure;
        }
    }

    private static void Tell(RelayConnectionChange change, RelayTransportOptions options)
    {
        if (change.State == RelayConnectionState.Connected)
            Terminal.Say($"listening as {options.Peer.Value} at {options.Url}; Ctrl+C ends");
        else if (change is { State: RelayConnectionState.Waiting, Reason: { } reason, NextAttemptIn: { } pause })
            Terminal.Say($"{reason.Message} Next attempt in {pause.TotalSeconds:0.0} s.");
    }
}
