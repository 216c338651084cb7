using System.Globalization;

namespace TermChat.Commands.Doctor;

/// <summary>Does this machine know what time it is?</summary>
internal static class ClockStep
{
    // A chat survives much more, but whoever is minutes off now will be hours off some day.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, relay.Hub);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.Headers.Date is not { } theirs)
            return Finding.Skip("the server does not say what time it is");

        // To the second, as the header is.
        var ahead = relay.Time.GetUtcNow() - theirs;
        var seconds = Math.Abs(ahead.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
        if (ahead.Duration() <= Tolerance)
            return Finding.Ok($"{seconds} s from the relay's");

        return Finding.Fail(
            $"this machine's clock is {seconds} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the relay's. Messages whose time is far off are refused: " +
            "set the clock, or let the system do it (timedatectl set-ntp true).");
    }
}
