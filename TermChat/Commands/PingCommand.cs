using System.CommandLine;
using System.Globalization;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary><c>termchat ping</c>: asks somebody's termchat for an answer, encrypted as a message would be.</summary>
internal static class PingCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(ProgramOptions options)
    {
        var peer = PeerArgument.Create("Whom to ask: a contact's name or a PeerId");
        peer.CompleteContacts(options);
        var count = ProgramOptions.AtLeastOne("--count", "questions", "Ask so many times, a second apart [default: 1]");
        var timeout = ProgramOptions.AtLeastOne("--timeout", "seconds", $"Wait so many seconds for each answer [default: {Patience.TotalSeconds}]");
        var command = new Command("ping", "Measure the way to somebody and back, through the encrypted session")
        {
            peer, count, timeout, options.Relay,
        };
        options.Help.Explain(command, """
            Needs termchat to run on the other side. Ends with 1 when an answer is missing.

            Examples:
              termchat ping bob
              termchat ping bob --count 5
            """);
        command.SetAction((parsed, cancellationToken) => Online.RunAsync(options, parsed, (chat, _) => RunAsync(
            chat,
            parsed.GetRequiredValue(peer),
            Math.Max(1, parsed.GetValue(count)),
            parsed.GetValue(timeout) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Patience,
            options.Around,
            cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(
        IChatClient chat, string text, int count, TimeSpan timeout, Surroundings around, CancellationToken cancellationToken)
    {
        var peer = PeerArgument.Find(chat, text);
        var name = chat.NameOf(peer);
        var missing = 0;
        for (var asked = 0; asked < count; asked++)
        {
            if (asked > 0)
                await Task.Delay(Pause, around.Time, cancellationToken);
            try
            {
                var reply = await chat.PingAsync(peer, timeout, cancellationToken);
                var milliseconds = reply.RoundTrip.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
                await around.Streams.WriteAsync($"{name}: {milliseconds} ms, path: {PathName.Of(reply.Path)}\n", cancellationToken);
            }
            catch (TimeoutException late)
            {
                missing++;
                around.Streams.Say($"no answer from {name}: {chat.Connection.Reason ?? late.Message}");
            }
        }

        return missing == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
