using System.CommandLine;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Commands;

/// <summary><c>compare</c>: this relay and the others, in turns, in one run.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var defaults = new Settings();
        var scenario = new Option<string>("--scenario") { DefaultValueFactory = _ => Throughput.ScenarioName, Description = "what kind of traffic" };
        var against = new Option<string[]>("--against") { AllowMultipleArgumentsPerToken = true, Description = "whom to compare with; all by default" };
        var payload = new Option<int>("--payload") { DefaultValueFactory = _ => defaults.PayloadLength, Description = "bytes of a message" };
        var pairs = new Option<int>("--pairs") { DefaultValueFactory = _ => 8, Description = "senders with a recipient each" };
        var toOne = new Option<int?>("--to-one") { Description = "so many senders with the same recipient, instead of pairs" };
        var peers = new Option<int?>("--peers") { Description = "how many, of fan, idle, connect and store" };
        var rate = new Option<double>("--rate") { DefaultValueFactory = _ => 1000, Description = "messages a second, of latency" };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => defaults.Round.TotalSeconds, Description = "how long a round takes" };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => defaults.Rounds, Description = "how often each server has its turn" };
        var warmUp = new Option<double>("--warm-up") { DefaultValueFactory = _ => defaults.WarmUp.TotalSeconds, Description = "seconds of traffic, at least, before the first round" };
        var window = new Option<int>("--window") { DefaultValueFactory = _ => defaults.Window, Description = "messages of a flow under way at most, end to end" };
        var relay = new Option<string[]>("--relay") { AllowMultipleArgumentsPerToken = true, Description = "settings of the relay: Relay:DeliveryWindowMessages=512" };
        var json = new Option<FileInfo?>("--json") { Description = "a file to write the figures to as well" };

        scenario.AcceptOnlyFromAmong(
            Throughput.ScenarioName, Latency.ScenarioName, Sequential.ScenarioName, Fan.ScenarioName, Scale.ScenarioName, Idle.ScenarioName, Connect.ScenarioName,
            Store.ScenarioName, Drain.ScenarioName);
        against.AcceptOnlyFromAmong([.. Candidates.All().Select(candidate => candidate.Name)]);
        var command = new Command("compare", "Compares this relay with others, in turns, in one run.")
        {
            scenario, against, payload, pairs, toOne, peers, rate, seconds, rounds, warmUp, window, relay, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new Settings
            {
                PayloadLength = parsed.GetValue(payload),
                Window = parsed.GetValue(window),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                Round = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Rounds = parsed.GetValue(rounds),
            };
            var topology = parsed.GetValue(toOne) is { } senders ? Topology.ManyToOne(senders) : Topology.Pairs(parsed.GetValue(pairs));
            string[] names = parsed.GetValue(against) is { Length: > 0 } others ? [RelayCandidate.RelayName, .. others] : [];
            var candidates = Candidates.Choose(Candidates.All(parsed.GetValue(relay) ?? []), names, Console.WriteLine);
            IScenario chosen = parsed.GetValue(scenario) switch
            {
                Latency.ScenarioName => new Latency(topology, parsed.GetValue(rate), settings, Console.WriteLine),
                Sequential.ScenarioName => new Sequential(settings),
                Fan.ScenarioName => new Fan(parsed.GetValue(peers) ?? 1000, settings),
                Scale.ScenarioName => new Scale(settings),
                Idle.ScenarioName => new Idle(parsed.GetValue(peers) ?? 10_000, settings),
                Connect.ScenarioName => new Connect(parsed.GetValue(peers) ?? 1000, settings),
                Store.ScenarioName => new Store(parsed.GetValue(peers) ?? 100_000, settings),
                Drain.ScenarioName => new Drain(1000, settings),
                _ => new Throughput(topology, settings),
            };
            return Run.OneAsync(chosen, candidates, parsed.GetValue(json), Console.Out, cancellationToken);
        });
        return command;
    }
}
