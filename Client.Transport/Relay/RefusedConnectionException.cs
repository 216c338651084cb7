using System.Globalization;
using System.Net;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>A server answered the request for a WebSocket with something else.</summary>
internal sealed class RefusedConnectionException(HttpStatusCode status, string? error, string? retryAfter, Exception failure)
    : Exception(failure.Message, failure)
{
    // Whatever is at the other end, its words go to a log and a screen: a sentence, not a page.
    private const int LongestWords = 500;

    public HttpStatusCode Status => status;

    /// <summary>The relay's code; none where it is no relay, or a proxy answered for it.</summary>
    public ErrorCode Code { get; } =
        int.TryParse(error?.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? (ErrorCode)code : ErrorCode.None;

    /// <summary>The relay's own words, or null.</summary>
    public string? Words { get; } = error?.Split(' ', 2) is [_, { Length: > 0 } words] ? words[..Math.Min(words.Length, LongestWords)] : null;

    public TimeSpan RetryAfter { get; } =
        int.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
