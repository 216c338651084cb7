using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Reporting;

/// <summary>Writes figures as tables: a row for each server, then the relay's ratio to each of the others.</summary>
internal static class MarkdownTables
{
    public static void Write(TextWriter output, Figures figures)
    {
        foreach (var setting in figures.All.GroupBy(figure => (figure.Scenario, figure.Setting)))
        {
            output.WriteLine($"### {setting.Key.Scenario}: {setting.Key.Setting}");
            output.WriteLine();
            Write(output, figures, setting.Key.Scenario, setting.Key.Setting, [.. setting]);
            output.WriteLine();
        }
    }

    private static void Write(TextWriter output, Figures figures, string scenario, string setting, IReadOnlyList<Figure> here)
    {
        Metric[] metrics = [.. here.Select(figure => figure.Metric).Distinct()];
        string[] candidates = [.. here.Select(figure => figure.Candidate).Distinct()];

        Row(output, ["min - median - max", .. metrics.Select(metric => metric.Title)]);
        Row(output, [.. Enumerable.Repeat("---", metrics.Length + 1)]);
        foreach (var candidate in candidates)
            Row(output, [candidate, .. metrics.Select(metric => figures.Find(scenario, setting, candidate, metric)?.Spread.ToString(metric.Format) ?? "")]);

        foreach (var other in candidates.Where(candidate => candidate != RelayCandidate.RelayName))
        {
            var ratios = metrics.Select(metric => figures.Ratio(scenario, setting, RelayCandidate.RelayName, other, metric)?.ToString("0.00") ?? "").ToArray();
            if (ratios.Any(ratio => ratio.Length > 0))
                Row(output, [$"relay / {other}", .. ratios]);
        }
    }

    private static void Row(TextWriter output, IEnumerable<string> cells) => output.WriteLine($"| {string.Join(" | ", cells)} |");
}
