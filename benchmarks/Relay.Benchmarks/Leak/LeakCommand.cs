using System.CommandLine;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Leak;

/// <summary><c>leak</c>: whether peers that come and go leave anything behind.</summary>
internal static class LeakCommand
{
    public static Command Create()
    {
        var defaults = new LeakSettings();
        var cycles = new Option<int>("--cycles") { DefaultValueFactory = _ => defaults.Cycles, Description = "peers that come, send and go" };
        var warmUp = new Option<int>("--warm-up") { DefaultValueFactory = _ => defaults.WarmUp, Description = "so many of them before the first measurement" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => defaults.Seed, Description = "of all chance" };
        var json = new Option<FileInfo?>("--json") { Description = "a file to write the figures to as well" };
        var command = new Command("leak", "Lets peers come and go, and sees what the relay has afterwards.") { cycles, warmUp, seed, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new LeakSettings { Cycles = parsed.GetValue(cycles), WarmUp = parsed.GetValue(warmUp), Seed = parsed.GetValue(seed) };
            Console.WriteLine(Machine.Describe());
            Console.WriteLine();
            var outcome = await new LeakRun(settings, Console.WriteLine).RunAsync(cancellationToken);
            outcome.Write(Console.Out);
            if (parsed.GetValue(json) is { } output)
                outcome.WriteJson(output);
            return outcome.IsGood ? 0 : 1;
        });
        return command;
    }
}
