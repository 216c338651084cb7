namespace TestKit;

/// <summary>Waits for what real sockets and processes bring about in their own time.</summary>
public static class Eventually
{
    /// <summary>How long to wait for what must come, where the time itself is not what is tested.</summary>
    /// <remarks>Much longer than the busiest machine takes. What comes is noticed at once, so only a test that fails waits this long.</remarks>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until the condition holds.</summary>
    /// <param name="what">The condition as a promise, for the failure message: "bob sees the message".</param>
    /// <param name="condition">Looked at about every 5 ms, by one thread at a time. What it throws fails the wait at once.</param>
    /// <param name="within"><see cref="Patience"/> if nothing is said.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task Is(string what, Func<bool> condition, TimeSpan? within = null)
    {
        var patience = within ?? Patience;
        var start = TimeProvider.System.GetTimestamp();

        while (!condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (waited >= patience)
                throw new TimeoutException($"Waited {waited.TotalSeconds:0.0} s in vain for this to be true: {what}");

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
