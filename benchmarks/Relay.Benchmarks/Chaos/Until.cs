namespace Relay.Benchmarks.Chaos;

/// <summary>Waits for what real sockets and processes bring about in their own time.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }

    /// <returns>Whether it came true in time.</returns>
    public static Task<bool> TrueAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellationToken) =>
        TrueAsync(() => Task.FromResult(condition()), patience, cancellationToken);

    /// <returns>Whether it came true in time.</returns>
    public static async Task<bool> TrueAsync(Func<Task<bool>> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > patience)
                return false;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }

        return true;
    }
}
