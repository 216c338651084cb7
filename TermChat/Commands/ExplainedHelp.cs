using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TermChat.Commands;

/// <summary>Help that ends with what one line of description has no room for: examples above all.</summary>
internal sealed class ExplainedHelp : SynchronousCommandLineAction
{
    private readonly Dictionary<Command, string> _explanations = [];
    private readonly HelpOption _option = new("--help", "-h");
    private readonly SynchronousCommandLineAction _usual;

    public ExplainedHelp()
    {
        _usual = (SynchronousCommandLineAction)_option.Action!;
        _option.Action = this;
    }

    /// <summary>Takes the place of the help that comes with the library, and of its names from another system.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (var other in root.Options.OfType<HelpOption>().ToArray())
            root.Options.Remove(other);
        root.Options.Add(_option);
    }

    /// <param name="explanation">Lines of at most 80 characters.</param>
    public void Explain(Command command, string explanation) => _explanations[command] = explanation;

    public override int Invoke(ParseResult parseResult)
    {
        var code = _usual.Invoke(parseResult);
        if (_explanations.TryGetValue(parseResult.CommandResult.Command, out var explanation))
            parseResult.InvocationConfiguration.Output.WriteLine(explanation.ReplaceLineEndings());
        return code;
    }
}
