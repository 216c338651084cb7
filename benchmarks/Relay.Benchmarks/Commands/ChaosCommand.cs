using System.CommandLine;
using Relay.Benchmarks.Chaos;
using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Chaos.Reporting;
using Relay.Benchmarks.Reporting;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Commands;

/// <summary><c>chaos</c>: everything that can go wrong goes wrong, and the promise is checked.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var defaults = new ChaosSettings();
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => defaults.Duration.TotalMinutes, Description = "how long" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => defaults.Seed, Description = "the same seed, the same plan" };
        var peers = new Option<int>("--peers") { DefaultValueFactory = _ => defaults.Peers, Description = "how many" };
        var rate = new Option<double>("--rate") { DefaultValueFactory = _ => defaults.MessagesPerSecond, Description = "messages a second, of all together" };
        var senderRate = new Option<int>("--sender-rate") { DefaultValueFactory = _ => defaults.SenderMessagesPerSecond, Description = "messages a second that every second process of the relay takes from one sender" };
        var without = new Option<Happening[]>("--without") { AllowMultipleArgumentsPerToken = true, Description = "what is not to happen" };
        var relay = new Option<string[]>("--relay") { AllowMultipleArgumentsPerToken = true, Description = "settings of the relay: Relay:SendWindowMessages=64" };
        var against = new Option<string?>("--against") { Description = "whom to put through the same afterwards" };
        var plan = new Option<bool>("--plan") { Description = "only print what would happen" };
        var json = new Option<FileInfo?>("--json") { Description = "a file to write the figures to as well" };
        against.AcceptOnlyFromAmong(MosquittoServer.Program);
        var command = new Command("chaos", "Lets everything go wrong that can, and checks that what was accepted came in order, once, or was reported.")
        {
            minutes, seed, peers, rate, senderRate, without, relay, against, plan, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new ChaosSettings
            {
                Duration = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Seed = parsed.GetValue(seed),
                Peers = parsed.GetValue(peers),
                MessagesPerSecond = parsed.GetValue(rate),
                SenderMessagesPerSecond = parsed.GetValue(senderRate),
                Without = (parsed.GetValue(without) ?? []).ToHashSet(),
                Relay = parsed.GetValue(relay) ?? [],
            };
            if (parsed.GetValue(plan))
            {
                foreach (var one in ChaosPlan.Draw(settings))
                    Console.WriteLine(one);
                return 0;
            }

            Console.WriteLine(Machine.Describe());
            Console.WriteLine();
            var outcomes = new List<ChaosOutcome> { await RunAsync(new RelaySubject(settings), settings, cancellationToken) };
            if (parsed.GetValue(against) is not null)
            {
                if (MosquittoSubject.Missing is { } missing)
                    Console.WriteLine(missing);
                else
                    outcomes.Add(await RunAsync(new MosquittoSubject(settings), settings, cancellationToken));
            }

            if (parsed.GetValue(json) is { } file)
                ChaosJson.Write(file.FullName, outcomes);

            // What others promise is less, and no fault of this relay's.
            return outcomes[0].IsFine ? 0 : 1;
        });
        return command;
    }

    private static async Task<ChaosOutcome> RunAsync(ISubject subject, ChaosSettings settings, CancellationToken cancellationToken)
    {
        using (subject)
        {
            var outcome = await ChaosRun.RunAsync(settings, subject, Console.WriteLine, cancellationToken);
            ChaosTable.Write(Console.Out, outcome);
            ChaosTable.WriteFaults(Console.Out, outcome);
            return outcome;
        }
    }
}
