using System.Diagnostics;

namespace TestKit;

/// <summary>Waits for what other threads are about to do.</summary>
public static class Eventually
{
    /// <summary>Completes when the condition holds; fails with <paramref name="what"/> when it does not in time.</summary>
    public static async Task Is(string what, Func<bool> condition, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(20);
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"Waited {limit.TotalSeconds:0} s, but it never came true that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
