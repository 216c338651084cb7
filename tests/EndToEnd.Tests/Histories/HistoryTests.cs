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
    public void Whatever_happens_what_was_accepted_comes_in_order_once_or_is_reported() => Play(Histories, messagesPerSecond: 5000);

    /// <remarks>A burst is far more than the relay takes, so every one is cut up by refusals, and other trouble hits in the middle of them.</remarks>
    [Fact]
    public void The_same_where_the_relay_takes_little_in_a_time() => Play(Math.Max(1, Histories / 3), messagesPerSecond: 150);

    private static void Play(int histories, int messagesPerSecond) => Step.Histories.Sample(
        steps =>
        {
            // On the pool: the steps wait for each other's continuations.
            Task.Run(() => PlayAsync(steps, messagesPerSecond)).GetAwaiter().GetResult();
        },
        iter: histories,
        threads: 1,
        print: steps => string.Join("; ", steps));

    private static async Task PlayAsync(Step[] steps, int messagesPerSecond)
    {
        await using var history = await History.StartAsync(messagesPerSecond);
        await history.PlayAsync(steps);
        await history.CheckAsync();
    }
}
