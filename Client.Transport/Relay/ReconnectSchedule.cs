namespace Client.Transport.Relay;

/// <summary>How long to wait between attempts to connect.</summary>
internal static class ReconnectSchedule
{
    /// <summary>The pause after a number of failed attempts in a row.</summary>
    /// <remarks>
    /// Doubles up to the longest one, then takes off a random part of up to a half: after a relay restart a thousand
    /// clients come back spread out, and none later than it would have without the randomness.
    /// </remarks>
    /// <param name="failures">At least 1.</param>
    /// <param name="random">0 up to 1.</param>
    public static TimeSpan Pause(int failures, TimeSpan first, TimeSpan longest, double random)
    {
        // 2^30 seconds is 34 years: beyond it the doubling has long met the longest pause.
        var doubled = first * Math.Pow(2, Math.Min(failures - 1, 30));
        return (doubled < longest ? doubled : longest) * (1 - (random / 2));
    }

    /// <summary>The longest a relay can make its clients wait: one that went mad, or worse, must not silence them for good.</summary>
    public static TimeSpan LongestRetryAfter { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The pause a relay asked for: never shorter, and up to a half longer, so that all whom it asked do not come back at once.</summary>
    public static TimeSpan Asked(TimeSpan retryAfter, double random) =>
        (retryAfter < LongestRetryAfter ? retryAfter : LongestRetryAfter) * (1 + (random / 2));
}
