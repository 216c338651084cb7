using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Reporting;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Commands;

/// <summary>Runs scenarios one after the other and writes what they have come to.</summary>
internal static class Run
{
    /// <summary>Runs one and writes its figures, also into a file where that is wanted.</summary>
    /// <returns>The exit code: 0 if there are figures.</returns>
    public static async Task<int> OneAsync(
        IScenario scenario, IReadOnlyList<ICandidate> candidates, FileInfo? json, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine(Machine.Describe());
        output.WriteLine();
        var (figures, exitCode) = await AllAsync([(scenario, candidates)], output, output.WriteLine, cancellationToken);
        if (json is not null && exitCode == 0)
            JsonFile.Write(json.FullName, figures);
        return exitCode;
    }

    /// <param name="complain">Gets a line for each that has no figures.</param>
    /// <returns>All figures there are, and the exit code: 0 if every scenario has some.</returns>
    public static async Task<(Figures Figures, int ExitCode)> AllAsync(
        IReadOnlyList<(IScenario Scenario, IReadOnlyList<ICandidate> Candidates)> plan, TextWriter output, Action<string> complain,
        CancellationToken cancellationToken)
    {
        var all = new Figures();
        var exitCode = 0;
        foreach (var (scenario, candidates) in plan)
        {
            try
            {
                var here = new Figures();
                here.Add(await scenario.RunAsync(candidates, cancellationToken));
                MarkdownTables.Write(output, here);
                all.Add(here.All);
            }
            catch (VerificationException fault)
            {
                complain($"No figures for {scenario.Name}. {fault.Message}.");
                exitCode = 1;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                complain($"No figures for {scenario.Name}, because it could not be run: {failure}");
                exitCode = 1;
            }
        }

        return (all, exitCode);
    }
}
