using System.CommandLine;

namespace TermChat.Commands;

/// <summary><c>termchat</c> without a command: the full-screen client.</summary>
internal static class ChatCommand
{
    public static RootCommand Create(ProgramOptions options)
    {
        var root = new RootCommand(
            "Private chat in the terminal, end-to-end encrypted, through a relay that can read nothing. Without a command: the full-screen client.")
        {
            options.Relay,
        };
        options.Help.Explain(root, """
            Examples:
              termchat                            start chatting; /help there says how
              termchat id                         the PeerId to give to others
              termchat contacts add bob tc1...    a name for somebody else's PeerId
              termchat send bob Hello, Bob        send from a script
              termchat doctor                     why does it not connect?

            Exit codes:
              0 done, 1 not done, 2 wrong usage, 130 interrupted by Ctrl+C
            """);
        root.SetAction((parsed, cancellationToken) =>
        {
            if (options.Streams is not { IsInputTerminal: true, IsOutputTerminal: true })
            {
                options.Streams.Say("the full-screen client needs a terminal for input and output. For scripts there are 'termchat send' and 'termchat listen'.");
                return Task.FromResult(ExitCode.Failure);
            }

            return Online.RunAsync(options, parsed, (chat, profile) => options.Around.ShowScreen(chat, profile, cancellationToken));
        });
        return root;
    }
}
