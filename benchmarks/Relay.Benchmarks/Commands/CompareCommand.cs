using System.CommandLine;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Commands;

/// <summary><c>compare</c>: this relay and the others, in turns, in one run.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var scenario = new Option<string>("--scenario") { DefaultValueFactory = _ => "throughput", Description = "throughput" };
        var payload = new Option<int>("--payload") { DefaultValueFactory = _ => 256, Description = "bytes of a message" };
        var pairs = new Option<int>("--pairs") { DefaultValueFactory = _ => 8, Description = "senders with a recipient each" };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 4, Description = "how long a round takes" };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3, Description = "how often each server has its turn" };
        var warmUp = new Option<double>("--warm-up") { DefaultValueFactory = _ => 3, Description = "seconds of traffic before the first round" };
        var window = new Option<int>("--window") { DefaultValueFactory = _ => 256, Description = "messages of a sender under way at most, end to end" };
        var command = new Command("compare", "Compares this relay with others.") { scenario, payload, pairs, seconds, rounds, warmUp, window };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var throughput = new Throughput(
                Topology.Pairs(parsed.GetValue(pairs)), parsed.GetValue(payload), parsed.GetValue(window),
                TimeSpan.FromSeconds(parsed.GetValue(warmUp)), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds));
            var results = await throughput.RunAsync([new RelayCandidate(), new PlainHubCandidate()], cancellationToken);
            foreach (var (candidate, measured) in results)
            {
                Console.WriteLine($"{candidate.Name,-20} CPU us/message {Spread.Of(measured.Select(m => m.CpuPerMessage)).ToString("0.00")}   messages/s {Spread.Of(measured.Select(m => m.MessagesPerSecond)).ToString("0")}");
            }

            var own = results.First().Value;
            foreach (var (candidate, measured) in results.Skip(1))
            {
                Console.WriteLine($"relay / {candidate.Name}: CPU {Spread.OfRatios([.. own.Select(m => m.CpuPerMessage)], [.. measured.Select(m => m.CpuPerMessage)]).ToString("0.000")}   throughput {Spread.OfRatios([.. own.Select(m => m.MessagesPerSecond)], [.. measured.Select(m => m.MessagesPerSecond)]).ToString("0.00")}");
            }

            return 0;
        });
        return command;
    }
}
