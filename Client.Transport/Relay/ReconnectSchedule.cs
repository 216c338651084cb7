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
}
