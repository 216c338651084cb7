using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Reporting;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Tests.Reporting;

public sealed class TargetTests
{
    private static readonly string EightPairs = Throughput.SettingOf(Topology.Pairs(8), new Settings());

    [Theory]
    [InlineData(new[] { 0.8, 1.0, 1.2 }, "| at most 0.125 | 0.100 - 0.125 - 0.150 | yes |")]
    [InlineData(new[] { 0.4, 1.2, 1.6 }, "| at most 0.125 | 0.050 - 0.150 - 0.200 | **no** |")]
    public void What_counts_is_the_round_in_the_middle(double[] relay, string row)
    {
        var figures = new Figures();
        figures.Add(
        [
            new("throughput", EightPairs, "relay", Metric.Cpu, relay),
            new("throughput", EightPairs, "plain-hub", Metric.Cpu, [8, 8, 8]),
        ]);

        Assert.Contains($"| server CPU of a message, to the plain hub's {row}", Write(figures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_nobody_measured_is_not_reached()
    {
        var rows = Write(new Figures()).Split('\n').Where(row => row.Contains("at most", StringComparison.Ordinal) || row.Contains("at least", StringComparison.Ordinal)).ToList();

        Assert.Equal(Targets.All.Count, rows.Count);
        Assert.All(rows, row => Assert.EndsWith("| not measured |", row.TrimEnd(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_full_report_runs_every_scenario_there_is() => Assert.Equal(
        ["throughput", "latency", "sequential", "fan", "scale", "idle", "connect", "store", "drain"],
        FullReport.Create(Candidates.All(), 1, _ => { }).Select(step => step.Scenario.Name).Distinct());

    private static string Write(Figures figures)
    {
        var output = new StringWriter();
        Targets.Write(output, figures);
        return output.ToString();
    }
}
