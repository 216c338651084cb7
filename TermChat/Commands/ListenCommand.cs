using System.CommandLine;
using TermChat.Commands.Named;

namespace TermChat.Commands;

/// <summary><c>termchat listen</c>: prints each message that comes, one a line.</summary>
internal static class ListenCommand
{
    public static Command Create(ProgramOptions options)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line, about the connection too" };
        var count = ProgramOptions.AtLeastOne("--count", "messages", "End after this many messages");
        var self = NamedOption.Create();
        var command = new Command("listen", "Print the messages that come, one a line: who, a colon, the text")
        {
            json, count, options.Relay, self,
        };
        options.Help.Explain(command, """
            A message counts as read when its line is written. If the program is killed
            in between, the same line comes again the next time.

            With --json, "event" says what a line is about: message, notice, connecting,
            connected, disconnected, replaced, attached. A message has "id", "from" (a
            PeerId), "name" (the contact's, or null), "text", "path" (relay or direct)
            and "at" (UTC).

            Examples:
              termchat listen
              termchat listen --json | jq -r 'select(.event == "message").text'
            """);
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetResult(self) is not null)
                result.AddError("--json needs a profile's identity. Leave out --json or --as.");
        });
        command.SetAction((parsed, cancellationToken) => parsed.GetResult(self) is not null
            ? NamedListen.RunAsync(options.Streams, NamedOption.Read(options, parsed, self), parsed.GetValue(count), cancellationToken)
            : Online.RunAsync(options, parsed, (chat, _) => new Listening(
                chat,
                parsed.GetValue(json) ? new JsonReport(options.Around.Time) : new TextReport(options.Streams),
                options.Streams,
                options.Around.Time,
                parsed.GetValue(count)).RunAsync(cancellationToken)));
        return command;
    }
}
