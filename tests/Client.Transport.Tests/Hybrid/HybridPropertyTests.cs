using CsCheck;

namespace Client.Transport.Tests.Hybrid;

/// <summary>Random histories of sends, cuts, restores, slow readers and passing time.</summary>
/// <remarks>A failure prints its seed and the shortest history found; put the seed into the environment as CsCheck_Seed to play it again.</remarks>
public sealed class HybridPropertyTests
{
    private const int Seconds = 2;

    private static readonly Gen<Step> AnyStep = StepOf(
        Move.Send, Move.Send, Move.Send, Move.Send, Move.SendAgain, Move.CutDirect, Move.RestoreDirect,
        Move.CutRelay, Move.RestoreRelay, Move.StopReading, Move.ReadOn, Move.LetTimePass,
        Move.LetOthersRun, Move.LetOthersRun);

    private static readonly Gen<Step> StepOnOnePath = StepOf(
        Move.Send, Move.Send, Move.Send, Move.CutRelay, Move.RestoreRelay, Move.StopReading, Move.ReadOn, Move.LetTimePass,
        Move.LetOthersRun, Move.LetOthersRun);

    [Fact]
    public Task Whatever_happens_nothing_promised_is_lost_in_silence_and_nothing_comes_twice() =>
        SampleAsync(AnyStep, async steps =>
        {
            await using var history = new HybridHistory(hasDirect: true);
            await PlayAsync(history, steps);
            history.AssertNothingTwice();
        });

    [Fact]
    public Task On_one_path_it_also_comes_in_order() =>
        SampleAsync(StepOnOnePath, async steps =>
        {
            await using var history = new HybridHistory(hasDirect: false);
            await PlayAsync(history, steps);
            history.AssertNothingTwice();
            history.AssertInOrder();
        });

    private static async Task PlayAsync(HybridHistory history, Step[] steps)
    {
        foreach (var step in steps)
            await history.PlayAsync(step);
        await history.SettleAsync();
    }

    private static Task SampleAsync(Gen<Step> step, Func<Step[], Task> holds) =>
        step.Array[1, 60].SampleAsync(holds, TestContext.Current.TestOutputHelper!.WriteLine, time: Seconds, threads: 2);

    private static Gen<Step> StepOf(params Move[] moves) =>
        Gen.Select(Gen.Int[0, moves.Length - 1], Gen.Int[0, HybridHistory.Peers - 1], Gen.Int[0, HybridHistory.Peers - 1], Gen.Int[1, 12])
            .Select((move, who, whom, count) => new Step(moves[move], who, whom, count));
}
