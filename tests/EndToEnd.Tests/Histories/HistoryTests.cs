using CsCheck;

namespace EndToEnd.Tests.Histories;

/// <summary>The promise, over random lives of three peers: in order, once, or reported - and memory bounded.</summary>
public sealed class HistoryTests
{
    /// <summary>More of them, for an hour or a night: set <c>HISTORIES=1000</c>.</summary>
    private static readonly int Histories =
        int.TryParse(Environment.GetEnvironmentVariable("HISTORIES"), out var wanted) ? wanted : 25;

    /// <remarks>A failure prints its seed; <c>CsCheck_Seed=...</c> in the environment plays that history again.</remarks>
    [Fact]
    public void Whatever_happens_what_was_accepted_comes_in_order_once_or_is_reported() =>
        Step.Histories.Sample(
            steps =>
            {
                // On the pool: the steps wait for each other's continuations.
                Task.Run(() => PlayAsync(steps)).GetAwaiter().GetResult();
            },
            iter: Histories,
            threads: 1,
            print: steps => string.Join("; ", steps));

    private static async Task PlayAsync(Step[] steps)
    {
        await using var history = await History.StartAsync();
        await history.PlayAsync(steps);
        await history.CheckAsync();
    }
}
