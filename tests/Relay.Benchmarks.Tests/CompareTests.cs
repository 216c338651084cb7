using System.Text.Json;
using TestKit;

namespace Relay.Benchmarks.Tests;

/// <summary>The program as one runs it, for a second.</summary>
public sealed class CompareTests
{
    [Fact]
    public async Task Prints_figures_and_ratios_and_writes_the_same_as_json()
    {
        var json = Path.Combine(Path.GetTempPath(), $"compare-{Guid.NewGuid():N}.json");
        try
        {
            await using var program = ProgramProcess.Start(
                "Relay.Benchmarks", "compare", "--against", "plain-hub", "--pairs", "2", "--seconds", "1", "--warm-up", "0.5", "--rounds", "1", "--json", json);
            var exitCode = await program.WaitForExitAsync();

            Assert.True(exitCode == 0, program.Story());
            Assert.Contains(program.Output.Lines, line => line.StartsWith("| relay | ", StringComparison.Ordinal));
            Assert.Contains(program.Output.Lines, line => line.StartsWith("| relay / plain-hub | ", StringComparison.Ordinal));

            using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
            var figures = document.RootElement.GetProperty("figures").EnumerateArray().ToList();
            foreach (var candidate in new[] { "relay", "plain-hub" })
            {
                var measured = figures.Where(figure => figure.GetProperty("candidate").GetString() == candidate).ToList();
                Assert.Equal(
                    ["server CPU", "throughput", "allocated on the server"], measured.Select(figure => figure.GetProperty("metric").GetString()));
                Assert.All(measured, figure => Assert.InRange(figure.GetProperty("median").GetDouble(), double.Epsilon, double.MaxValue));
            }
        }
        finally
        {
            File.Delete(json);
        }
    }
}
