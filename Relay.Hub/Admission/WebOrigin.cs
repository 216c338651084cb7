using Microsoft.AspNetCore.Http;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Whether a web page may use this relay from its visitor's browser.</summary>
/// <remarks>
/// A browser opens WebSockets for any page to anywhere, and only says whose page it is, in the header Origin. Without this check
/// every site could make its visitors connect, from their networks and addresses. Programs send no Origin and are not concerned.
/// </remarks>
internal static class WebOrigin
{
    public static Refusal? Check(HttpRequest request, RelayOptions options)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0)
            return null;

        var isAllowed = origins.Count == 1 && Audience.TryRead(origins[0], out var origin)
            && (IsSameHost(origin, request.Headers.Host) || IsListed(origin, options.AllowedWebOrigins) || IsListed(origin, options.Origins));
        return isAllowed || options.AllowedWebOrigins.Contains("*")
            ? null
            : new Refusal(
                ErrorCode.WebOriginNotAllowed,
                "This relay does not let web pages of other sites connect. The operator can name the page's origin, such as https://chat.example.com, " +
                $"in Relay:AllowedWebOrigins. {Refusal.Documented}");
    }

    // With the page's scheme: TLS can end in front of this process. The host as it was written: HttpRequest.Host throws for what is no host.
    private static bool IsSameHost(string origin, string? host) =>
        Audience.TryRead(string.Concat(origin.AsSpan(0, origin.IndexOf("://", StringComparison.Ordinal)), "://", host), out var own) && own == origin;

    private static bool IsListed(string origin, IEnumerable<string> list) =>
        list.Any(listed => Audience.TryRead(listed, out var known) && known == origin);
}
