using System.Globalization;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Reporting;

/// <summary>What this relay set out to reach, and where it stands.</summary>
internal static class Targets
{
    private const string Relay = RelayCandidate.RelayName;

    // Level, for a cost that does not grow with the number of peers: more than what rounds differ by anyway would be growth.
    private const double Flat = 1.1;

    private static readonly Settings Usual = new();
    private static readonly string EightPairs = Throughput.SettingOf(Topology.Pairs(8), Usual);
    private static readonly string EightPairsOf64K = Throughput.SettingOf(Topology.Pairs(8), Usual with { PayloadLength = 65_536 });
    private static readonly string EightPairsWide = Throughput.SettingOf(Topology.Pairs(8), Usual with { Window = FullReport.WideWindow });
    private static readonly string Slow = Latency.SettingOf(Topology.Pairs(8), 1000, Usual);
    private static readonly string Crowd = Idle.SettingOf(FullReport.IdlePeers);
    private static readonly string Away = Store.SettingOf(FullReport.StorePeers, Usual);
    private static readonly string Waiting = Drain.SettingOf(FullReport.DrainMessages, Usual);

    public static IReadOnlyList<Target> All { get; } =
    [
        Ratio("server CPU of a message, to the plain hub's", true, 0.125, Throughput.ScenarioName, EightPairs, BaselineServer.PlainHub, Metric.Cpu),
        Ratio("throughput, to the plain hub's", false, 4, Throughput.ScenarioName, EightPairs, BaselineServer.PlainHub, Metric.Rate),
        Ratio("p99 at 1,000 messages/s, to the plain hub's", true, 1.1, Latency.ScenarioName, Slow, BaselineServer.PlainHub, Metric.P99),
        Ratio("server CPU of a message, to the plain WebSocket relay's", true, 0.25, Throughput.ScenarioName, EightPairs, BaselineServer.PlainWebSocket, Metric.Cpu),
        Ratio("throughput, to the plain WebSocket relay's", false, 2, Throughput.ScenarioName, EightPairs, BaselineServer.PlainWebSocket, Metric.Rate),
        Ratio("throughput of 64 KiB, to the plain WebSocket relay's", false, 0.9, Throughput.ScenarioName, EightPairsOf64K, BaselineServer.PlainWebSocket, Metric.Rate),
        Ratio("server CPU of a message, to mosquitto's", true, 1.0 / 15, Throughput.ScenarioName, EightPairs, MosquittoServer.Program, Metric.Cpu),
        Ratio("server CPU of a message, to nats-server's", true, 1.5, Throughput.ScenarioName, EightPairs, NatsServer.Program, Metric.Cpu),
        Ratio("the same with windows that suit nats-server", true, 1.5, Throughput.ScenarioName, EightPairsWide, NatsServer.Program, Metric.Cpu),
        Ratio("memory of an idle peer, to the plain hub's (aim: 0.67)", true, 1, Idle.ScenarioName, Crowd, BaselineServer.PlainHub, Metric.MemoryAPeer),
        new("bytes that hold a stored message of 256 B, its payload included", true, 384, "0", figures =>
            figures.Find(Store.ScenarioName, Away, Relay, Metric.ObjectsAMessage)?.Spread),
        new("the same as memory of the process (RSS)", true, 384, "0", figures =>
            figures.Find(Store.ScenarioName, Away, Relay, Metric.CollectedMemoryAMessage)?.Spread),
        new("ms until 1,000 waiting messages have arrived, registered", true, 10, "0.0", figures =>
            figures.Find(Drain.ScenarioName, Waiting, Relay, Metric.SinceRegistered)?.Spread),
        new("the same with connecting and registering", true, 10, "0.0", figures =>
            figures.Find(Drain.ScenarioName, Waiting, Relay, Metric.SinceConnecting)?.Spread),
        Ratio("messages/s of a sender that waits, to InvokeAsync on the plain hub", false, 1, Sequential.ScenarioName, Sequential.SettingOf(Usual), BaselineServer.PlainHub, Metric.Rate),
        Growth("server CPU of a message with 10,000 peers, to that with 10", Metric.OwnCpu),
        Growth("the same with the pings of those peers", Metric.Cpu),
    ];

    public static void Write(TextWriter output, Figures figures)
    {
        output.WriteLine("| what | target | min - median - max | reached |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (var target in All)
        {
            var measured = target.Find(figures);
            var reached = measured is not { } spread ? "not measured" : target.IsReachedBy(spread) ? "yes" : "**no**";
            var limit = $"{(target.AtMost ? "at most" : "at least")} {target.Limit.ToString(target.Format, CultureInfo.InvariantCulture)}";
            output.WriteLine($"| {target.What} | {limit} | {measured?.ToString(target.Format)} | {reached} |");
        }

        output.WriteLine();
    }

    private static Target Growth(string what, Metric metric) => new(what, true, Flat, "0.00", figures =>
        figures.Ratio(Scale.ScenarioName, Scale.SettingOf(Scale.Sizes[^1], Usual), Relay, Scale.FewOf(Relay), metric));

    private static Target Ratio(string what, bool atMost, double limit, string scenario, string setting, string other, Metric metric) =>
        new(what, atMost, limit, limit < 1 ? "0.000" : "0.00", figures => figures.Ratio(scenario, setting, Relay, other, metric));
}
