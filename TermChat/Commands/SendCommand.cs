using System.CommandLine;
using TermChat.Commands.Named;

namespace TermChat.Commands;

/// <summary><c>termchat send</c>: sends messages, and ends when the relay or the recipient has them.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create(ProgramOptions options)
    {
        var peer = PeerArgument.Create("Who gets it: a contact's name or a PeerId");
        peer.CompleteContacts(options);
        var text = new Argument<string[]>("TEXT") { Description = "The message; several words make one message", Arity = ArgumentArity.ZeroOrMore };
        var fromInput = new Option<bool>("--stdin") { Description = "Send standard input instead, one message a line" };
        var wait = new Option<bool>("--wait") { Description = "Wait until the recipient's device has it" };
        var timeout = ProgramOptions.AtLeastOne("--timeout", "seconds", $"Give up after so many seconds without progress [default: {Patience.TotalSeconds}]");
        var self = NamedOption.Create();
        var command = new Command("send", "Send a message, encrypted for its recipient alone")
        {
            peer, text, fromInput, wait, timeout, options.Relay, self,
        };
        options.Help.Explain(command, """
            Ends with 0 when the relay has accepted everything, with --wait when the
            recipient's device has it, and all that was written to it before. What is not sent by then stays in the outbox, and
            goes out when termchat runs next.

            Examples:
              termchat send bob Hello, Bob
              termchat send bob --wait 'Are you there?'
              seq 1000 | termchat send bob --stdin
            """);
        command.Validators.Add(result =>
        {
            if (result.GetValue(fromInput) == (result.GetValue(text) is { Length: > 0 }))
                result.AddError("Give either a TEXT or --stdin.");
            if (result.GetValue(wait) && result.GetResult(self) is not null)
                result.AddError("--wait needs a profile's identity: nobody confirms a message to a name. Leave out --wait or --as.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var to = parsed.GetRequiredValue(peer);
            var texts = parsed.GetValue(fromInput)
                ? options.Streams.ReadLinesAsync(cancellationToken)
                : One(string.Join(' ', parsed.GetValue(text)!));
            if (parsed.GetResult(self) is not null)
                return NamedSend.RunAsync(options.Streams, NamedOption.Read(options, parsed, self), to, texts, cancellationToken);

            return Online.RunAsync(options, parsed, (chat, _) => new Sending(
                chat,
                PeerArgument.Find(chat, to),
                parsed.GetValue(wait),
                parsed.GetValue(timeout) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Patience,
                options.Streams,
                options.Around.Time).RunAsync(texts, cancellationToken));
        });
        return command;
    }

    private static async IAsyncEnumerable<string> One(string text)
    {
        await Task.CompletedTask;
        yield return text;
    }
}
