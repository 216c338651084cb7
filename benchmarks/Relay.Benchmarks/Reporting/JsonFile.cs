using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Reporting;

/// <summary>Writes the same figures as the tables hold, for programs.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,

        // A server that stood still for a round used no CPU in it, and a ratio to nothing is infinite.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string path, Figures figures) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new { machine = Machine.Describe(), figures = figures.All.Select(figure => Describe(figures, figure)) }, Options) + "\n");

    private static object Describe(Figures figures, Figure figure)
    {
        var ratio = figure.Candidate == RelayCandidate.RelayName
            ? null
            : figures.Ratio(figure.Scenario, figure.Setting, RelayCandidate.RelayName, figure.Candidate, figure.Metric);
        return new
        {
            figure.Scenario,
            figure.Setting,
            figure.Candidate,
            Metric = figure.Metric.Name,
            figure.Metric.Unit,
            figure.Rounds,
            figure.Spread.Min,
            figure.Spread.Median,
            figure.Spread.Max,
            RelayRatio = ratio is { } spread ? new { spread.Min, spread.Median, spread.Max } : null,
        };
    }
}
