using System.Text.Json;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Fuzzing;

/// <summary>What a run has come to.</summary>
/// <param name="Figures">In the order they are to be shown.</param>
/// <param name="Findings">What must not be; empty if all is well.</param>
internal sealed record FuzzOutcome(string Title, IReadOnlyList<(string Name, string Value)> Figures, IReadOnlyList<string> Findings)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public bool IsGood => Findings.Count == 0;

    public void Write(TextWriter output)
    {
        output.WriteLine($"### {Title}");
        output.WriteLine();
        output.WriteLine("| | |");
        output.WriteLine("| --- | --- |");
        foreach (var (name, value) in Figures)
            output.WriteLine($"| {name} | {value} |");
        output.WriteLine();
        foreach (var finding in Findings)
            output.WriteLine($"FOUND: {finding}");
        output.WriteLine(IsGood ? "Nothing was found." : $"{Findings.Count} findings.");
        output.WriteLine();
    }

    public void WriteJson(FileInfo file) => File.WriteAllText(file.FullName, JsonSerializer.Serialize(
        new { machine = Machine.Describe(), title = Title, figures = Figures.Select(figure => new { figure.Name, figure.Value }), findings = Findings },
        Options) + "\n");
}
