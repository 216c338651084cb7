using System.CommandLine;

namespace TermChat.Commands;

/// <summary><c>termchat completion</c>: what makes a shell complete commands, options and contacts.</summary>
/// <remarks>The scripts ask the program itself, by System.CommandLine's <c>[suggest]</c>, so they never fall behind it.</remarks>
internal static class CompletionCommand
{
    private const string Bash =
        """
        _termchat() {
            local line="termchat${COMP_LINE:${#COMP_WORDS[0]}}" point=$((COMP_POINT - ${#COMP_WORDS[0]} + 8)) word
            COMPREPLY=()
            while IFS= read -r word; do
                [[ $word == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$word")
            done < <("${COMP_WORDS[0]}" "[suggest:$point]" "$line" 2>/dev/null)
        }
        complete -o default -F _termchat termchat

        """;

    private const string Zsh =
        """
        #compdef termchat
        _termchat() {
            local line="termchat ${(j: :)words[2,CURRENT]}"
            local -a names
            names=("${(@f)$(${words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -a names || _files
        }
        compdef _termchat termchat

        """;

    private const string Fish =
        """
        function __termchat_complete
            set -l line (commandline -cp | string collect)
            termchat "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c termchat -f -a '(__termchat_complete)'
        complete -c termchat -l profile -r -F
        complete -c termchat -l log -r -F

        """;

    public static Command Create(ProgramOptions options)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that makes a shell complete commands, options and contacts") { shell };
        options.Help.Explain(command, """
            Examples:
              source <(termchat completion bash)     in ~/.bashrc
              source <(termchat completion zsh)      in ~/.zshrc, after compinit
              termchat completion fish | source      in ~/.config/fish/config.fish
            """);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var script = parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
            await options.Streams.WriteAsync(script.ReplaceLineEndings("\n"), cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }
}
