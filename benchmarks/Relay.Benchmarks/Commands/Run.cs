using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Reporting;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Commands;

/// <summary>Runs scenarios one after the other and writes what they have come to.</summary>
internal static class Run
{
    /// <returns>The exit code: 0 if all have figures.</returns>
    public static async Task<int> ToEndAsync(
        IReadOnlyList<IScenario> scenarios, IReadOnlyList<ICandidate> candidates, FileInfo? json, TextWriter output, CancellationToken cancellationToken)
    {
        var exitCode = 0;
        var figures = new Figures();
        output.WriteLine(Machine.Describe());
        output.WriteLine();
        foreach (var scenario in scenarios)
        {
            try
            {
                var here = new Figures();
                here.Add(await scenario.RunAsync(candidates, cancellationToken));
                MarkdownTables.Write(output, here);
                figures.Add(here.All);
            }
            catch (VerificationException fault)
            {
                output.WriteLine($"No figures for {scenario.Name}. {fault.Message}");
                exitCode = 1;
            }
        }

        if (json is not null)
            JsonFile.Write(json.FullName, figures);
        return exitCode;
    }
}
