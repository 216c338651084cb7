using System.Text.RegularExpressions;
using TestKit;

namespace Relay.Server.Tests.Protocol;

/// <summary>One step of a transcript: a connection calls, hears, comes, goes; or something happens to the relay.</summary>
/// <param name="Line">As it stands in the document, for failure messages.</param>
internal sealed record TranscriptStep(StepKind Kind, string Who, string Method, string Body, string Line);

internal enum StepKind
{
    Calls,
    Hears,
    Connects,
    Drops,
    IsClosed,
    TimePasses,
    RelayRestarts,
}

/// <summary>A transcript of <c>docs/protocol.md</c>; the document says how they are written.</summary>
internal sealed partial record Transcript(
    string Name, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<TranscriptStep> Steps)
{
    /// <summary>All there are, in the order of the document.</summary>
    public static IReadOnlyList<Transcript> All { get; } =
        [.. Block().Matches(Repository.Read("docs", "protocol.md")).Select(block => Parse(block.Groups["name"].Value, block.Groups["lines"].Value))];

    private static Transcript Parse(string name, string text)
    {
        var settings = new Dictionary<string, string>();
        var steps = new List<TranscriptStep>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#'))
                continue;

            if (Setting().Match(line) is { Success: true } setting)
                settings.Add(setting.Groups["name"].Value, setting.Groups["value"].Value);
            else
                steps.Add(Step(line));
        }

        return new Transcript(name, settings, steps);
    }

    private static TranscriptStep Step(string line)
    {
        if (Said().Match(line) is { Success: true } said)
        {
            var kind = said.Groups["way"].Value == ">" ? StepKind.Calls : StepKind.Hears;
            return new TranscriptStep(kind, said.Groups["who"].Value, said.Groups["method"].Value, said.Groups["body"].Value, line);
        }

        return line.Split(' ') switch
        {
            ["relay", "restarts"] => new TranscriptStep(StepKind.RelayRestarts, "", "", "", line),
            ["time", "passes", var time] => new TranscriptStep(StepKind.TimePasses, "", "", time, line),
            [var who, "connects"] => new TranscriptStep(StepKind.Connects, who, "", "", line),
            [var who, "drops"] => new TranscriptStep(StepKind.Drops, who, "", "", line),
            [var who, "is", "closed"] => new TranscriptStep(StepKind.IsClosed, who, "", "", line),
            _ => throw new FormatException($"docs/protocol.md has a transcript with a line nobody can play: {line}"),
        };
    }

    [GeneratedRegex(@"^```transcript (?<name>[\w-]+)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^relay (?<name>Relay:\w+)=(?<value>\S+)$")]
    private static partial Regex Setting();

    [GeneratedRegex(@"^(?<who>\w+)(?<way>[<>]) (?<method>\w+) (?<body>\{.*\})$")]
    private static partial Regex Said();
}
