using System.CommandLine;
using System.Text;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Relay.Contracts;

namespace TermChat.Commands;

/// <summary><c>termchat send</c>: hands messages to the relay, and ends when all are accepted.</summary>
internal static class SendCommand
{
    /// <summary>Messages handed over and not answered. The relay's window is the real limit; this one only bounds memory.</summary>
    private const int MaxUnderWay = 512;

    public static Command Create()
    {
        var recipient = new Argument<PeerId>("PEER") { Description = "Who gets it", CustomParser = CommonOptions.ParsePeer };
        var text = new Argument<string[]>("TEXT") { Description = "The message; several words make one message", Arity = ArgumentArity.ZeroOrMore };
        var fromInput = new Option<bool>("--stdin") { Description = "Send standard input instead, one message a line" };
        var self = new Option<PeerId>("--as")
        {
            Description = "Your name at the relay. One that listens elsewhere loses its connection there [default: a guest name]",
            HelpName = "NAME",
            CustomParser = CommonOptions.ParsePeer,
        };
        var relay = CommonOptions.Relay();
        var command = new Command(
            "send",
            "Send a message through the relay. Ends with 0 when the relay has accepted everything.\n\n" +
            "Examples:\n  termchat send bob Hello, Bob\n  seq 1000 | termchat send bob --stdin --as alice")
        {
            recipient, text, fromInput, self, relay,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(fromInput) == (result.GetValue(text) is { Length: > 0 }))
                result.AddError("Give either a TEXT or --stdin.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(self);
            var options = new RelayTransportOptions
            {
                Url = parsed.GetValue(relay)!,
                Peer = name == default ? PeerId.Parse("guest-" + Guid.NewGuid().ToString("N")[..12]) : name,
            };
            var messages = parsed.GetValue(fromInput) ? LinesAsync(cancellationToken) : One(string.Join(' ', parsed.GetValue(text)!));
            return RunAsync(options, parsed.GetValue(recipient), messages, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        RelayTransportOptions options, PeerId recipient, IAsyncEnumerable<string> messages, CancellationToken cancellationToken)
    {
        Terminal.WarnUnencrypted();
        await using var relay = new RelayTransport(options);

        // With the relay as its only path, the hybrid's part is to send again, in order, what a broken connection left open.
        await using var transport = new HybridTransport(direct: null, relay);
        var tally = new SendTally();
        transport.LossReported += Terminal.Tell;
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
            Terminal.Say($"interrupted: the relay had accepted {tally.Accepted} messages");
            return ExitCode.Interrupted;
        }

        Terminal.Say(tally.Summary);
        return tally.Failure is null ? ExitCode.Success : ExitCode.Failure;
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Not Console.In: it blocks whoever asks it, asynchronously too, and a program that waits for a line must hear Ctrl+C.
        // Left open at the end, because a read that was given up may still be under way in it. UTF-8 whatever the locale
        // says: it is what the other side prints.
        var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken) is { } line)
            yield return line;
    }

    private static async IAsyncEnumerable<string> One(string text)
    {
        await Task.CompletedTask;
        yield return text;
    }
}
