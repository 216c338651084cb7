using System.CommandLine;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Commands;

/// <summary><c>report</c>: everything, against every target, into a file with the date in its name.</summary>
internal static class ReportCommand
{
    private const double QuickPace = 0.25;

    public static Command Create()
    {
        var output = new Option<DirectoryInfo>("--output")
        {
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("benchmarks", "results")),
            Description = "where to put the report, as a page and as JSON",
        };
        var quick = new Option<bool>("--quick") { Description = "a quarter of the time: to see whether it all works, not for figures" };
        var command = new Command("report", "Measures everything, in about twenty minutes, and holds it against the targets.") { output, quick };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var notes = new StringWriter();
            void Say(string line)
            {
                Console.WriteLine(line);
                notes.WriteLine(line);
                notes.WriteLine();
            }

            var start = TimeProvider.System.GetTimestamp();
            var candidates = Candidates.Choose(Candidates.All(), [], Say);
            var plan = FullReport.Create(candidates, parsed.GetValue(quick) ? QuickPace : 1, Say);
            Console.WriteLine(Machine.Describe());
            var (figures, exitCode) = await Run.AllAsync(plan, Console.Out, Say, cancellationToken);

            Targets.Write(Console.Out, figures);
            Console.WriteLine($"That took {TimeProvider.System.GetElapsedTime(start):mm\\:ss} minutes.");
            ReportFile.Write(parsed.GetRequiredValue(output), figures, notes.ToString(), Console.WriteLine);
            return exitCode;
        });
        return command;
    }
}
