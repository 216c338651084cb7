using System.Diagnostics.CodeAnalysis;

namespace Relay.Contracts;

/// <summary>The origin of a relay, as both sides of a registration write it: what a client proves to have dialled.</summary>
/// <remarks>
/// <c>http</c> or <c>https</c> (<c>ws</c> and <c>wss</c> count as these), the host in lower case (Punycode, an IPv6 address in
/// brackets), and the port unless it is the scheme's own: <c>https://relay.example.com</c>, <c>http://localhost:9000</c>.
/// </remarks>
public static class Audience
{
    /// <summary>The origin of this address, whatever its path.</summary>
    /// <exception cref="ArgumentException">The scheme is none of http, https, ws and wss.</exception>
    public static string Of(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return TryWrite(url, out var audience)
            ? audience
            : throw new ArgumentException("An address of a relay is absolute, and its scheme http, https, ws or wss.", nameof(url));
    }

    /// <summary>Reads an origin as people write it: a scheme, a host, perhaps a port, and nothing else.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out string? audience)
    {
        audience = null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
            && TryWrite(url, out audience);
    }

    private static bool TryWrite(Uri url, [NotNullWhen(true)] out string? audience)
    {
        audience = null;
        if (!url.IsAbsoluteUri || url.Host.Length == 0)
            return false;

        var (scheme, ownPort) = url.Scheme switch
        {
            "http" or "ws" => ("http", 80),
            "https" or "wss" => ("https", 443),
            _ => ("", 0),
        };
        if (ownPort == 0)
            return false;

        try
        {
            var host = url.HostNameType == UriHostNameType.IPv6 ? $"[{url.IdnHost}]" : url.IdnHost.ToLowerInvariant();
            audience = url.Port == ownPort ? $"{scheme}://{host}" : $"{scheme}://{host}:{url.Port}";
            return true;
        }
        catch (UriFormatException)
        {
            // A Uri can be made of what is no Punycode, but this not of the Uri.
            return false;
        }
    }
}
