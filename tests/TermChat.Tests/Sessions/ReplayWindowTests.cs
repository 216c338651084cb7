using CsCheck;
using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

public sealed class ReplayWindowTests
{
    // Mostly near each other, now and then a jump: over a word, over the window, over many laps.
    private static readonly Gen<long> Steps = Gen.Frequency(
        (8, Gen.Long[-70, 70]), (2, Gen.Long[-ReplayWindow.Length - 70, ReplayWindow.Length + 70]), (1, Gen.Long[0, 1_000_000]));

    [Fact]
    public void A_counter_is_new_once_and_what_is_older_than_the_window_never() => Steps.Array[1, 400].Sample(steps =>
    {
        var window = new ReplayWindow();
        var seen = new HashSet<long>();
        var (at, newest) = (0L, -1L);
        foreach (var step in steps)
        {
            at = Math.Max(0, at + step);
            var expected = !seen.Contains(at) && at > newest - ReplayWindow.Length;
            Assert.Equal(expected, window.IsNew((ulong)at));
            if (!expected)
                continue;

            window.Add((ulong)at);
            seen.Add(at);
            newest = Math.Max(newest, at);
        }
    });

    [Fact]
    public void A_counter_that_was_skipped_is_still_new_however_often_the_window_went_round()
    {
        const int each = 7;
        var window = new ReplayWindow();
        for (var counter = 0; counter < 10 * ReplayWindow.Length; counter++)
        {
            if (counter % each != 0)
                window.Add((ulong)counter);
        }

        for (var counter = 9 * ReplayWindow.Length; counter < 10 * ReplayWindow.Length; counter++)
            Assert.Equal(counter % each == 0, window.IsNew((ulong)counter));
    }

    [Fact]
    public void The_window_reaches_back_far_enough_for_all_that_a_relay_keeps() => Assert.True(ReplayWindow.Length >= 1024);

    [Fact]
    public void The_highest_counters_are_counters_too()
    {
        var window = new ReplayWindow();

        window.Add(ulong.MaxValue - 1);

        Assert.False(window.IsNew(ulong.MaxValue - 1));
        Assert.True(window.IsNew(ulong.MaxValue - 2));
        Assert.False(window.IsNew(0));
    }
}
