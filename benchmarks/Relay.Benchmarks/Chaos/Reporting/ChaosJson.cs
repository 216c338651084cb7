using System.Text.Json;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Chaos.Reporting;

/// <summary>Writes what runs have come to for programs.</summary>
internal static class ChaosJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string path, IEnumerable<ChaosOutcome> outcomes) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new { machine = Machine.Describe(), runs = outcomes.Select(Describe) }, Options) + "\n");

    private static object Describe(ChaosOutcome outcome) => new
    {
        outcome.Subject,
        outcome.Settings.Seed,
        outcome.Settings.Peers,
        Minutes = outcome.Settings.Duration.TotalMinutes,
        outcome.Settings.MessagesPerSecond,
        Happened = outcome.Done.ToDictionary(one => one.Key.ToString(), one => one.Value),
        outcome.Verdict.Sent,
        outcome.Verdict.Accepted,
        outcome.SlowedSends,
        outcome.PolledConnections,
        RefusedByRelay = outcome.Refused,
        outcome.Verdict.Delivered,
        outcome.Verdict.Refused,
        outcome.Verdict.GivenUp,
        ReportedLost = outcome.Verdict.ReportedLost.ToDictionary(one => one.Key.ToString(), one => one.Value),
        Faults = Enum.GetValues<FaultKind>().ToDictionary(kind => kind.ToString(), outcome.Verdict.Count),
        LongestLatencySeconds = outcome.Verdict.Latencies.Count == 0 ? 0 : outcome.Verdict.Latencies[^1].TotalSeconds,
        outcome.Start,
        outcome.End,
        outcome.Trouble,
    };
}
