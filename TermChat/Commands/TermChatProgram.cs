using System.CommandLine;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Logging;
using TermChat.Commands.Doctor;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>The whole command line: from what was typed to the exit code.</summary>
internal static partial class TermChatProgram
{
    // What is under way gets its chance after Ctrl+C: a goodbye to the relay, the last acknowledgements.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    public static RootCommand CreateCommand(ProgramOptions options)
    {
        var root = ChatCommand.Create(options);
        root.Subcommands.Add(SendCommand.Create(options));
        root.Subcommands.Add(ListenCommand.Create(options));
        root.Subcommands.Add(PingCommand.Create(options));
        root.Subcommands.Add(IdCommand.Create(options));
        root.Subcommands.Add(ContactsCommand.Create(options));
        root.Subcommands.Add(DoctorCommand.Create(options));
        root.Subcommands.Add(CompletionCommand.Create(options));
        options.AddTo(root);
        return root;
    }

    /// <returns>The exit code. Never throws, whatever goes wrong: it is told in one line.</returns>
    public static async Task<int> RunAsync(string[] arguments, Surroundings around, CancellationToken cancellationToken = default)
    {
        var options = new ProgramOptions(around);
        var parsed = CreateCommand(options).Parse(arguments);
        try
        {
            return parsed.Action is ParseErrorAction wrong
                ? Refuse(parsed, wrong, around.Streams)
                : await InvokeAsync(parsed, around.Streams, cancellationToken);
        }
        catch (OutputClosedException)
        {
            return ExitCode.OutputClosed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (SetupException toPutRight)
        {
            around.Streams.Say(toPutRight.Message);
            return ExitCode.Failure;
        }
        catch (Exception unexpected)
        {
            around.Streams.Say($"this should not have happened: {unexpected.Message} {Record(unexpected, options, parsed)}");
            return ExitCode.Failure;
        }
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, StandardStreams streams, CancellationToken cancellationToken)
    {
        // Help and version come by this; what the commands write goes straight to the terminal.
        var text = new StringWriter();
        var code = await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = text,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = EndTimeout,
        }, cancellationToken);
        if (text.GetStringBuilder().Length > 0)
            await streams.WriteAsync(text.ToString(), cancellationToken);
        return code;
    }

    private static int Refuse(ParseResult parsed, ParseErrorAction wrong, StandardStreams streams)
    {
        foreach (var error in parsed.Errors)
            streams.Say(error.Message);

        // The suggestions it has for a mistyped command; the whole help under it would hide them.
        var suggestions = new StringWriter();
        wrong.ShowHelp = false;
        parsed.Invoke(new InvocationConfiguration { Output = suggestions, Error = TextWriter.Null });
        foreach (var line in suggestions.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            streams.Say(line);

        var names = parsed.CommandResult.Command is RootCommand ? "termchat" : $"termchat {string.Join(' ', Names(parsed.CommandResult))}";
        streams.Say($"{names} --help says more");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result) =>
        result.Command is RootCommand ? [] : result.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Names(parent), result.Command.Name] : [];

    /// <summary>Writes down what only helps whoever repairs it.</summary>
    private static string Record(Exception unexpected, ProgramOptions options, ParseResult parsed)
    {
        try
        {
            using var log = options.OpenLog(parsed, options.OpenProfile(parsed));
            Unexpected(log.Loggers.CreateLogger("TermChat"), unexpected);
            return $"The details are in {log.Path}.";
        }
        catch (SetupException none)
        {
            return $"The details could not be written down: {none.Message}";
        }
    }

    // 5000-5099 belong to the program.
    [LoggerMessage(5000, LogLevel.Error, "A command ended in an unexpected way.")]
    private static partial void Unexpected(ILogger logger, Exception failure);
}
