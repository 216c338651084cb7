using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Reads relay addresses as people write them.</summary>
internal static class RelayUrl
{
    /// <summary>The address of the hub, with the scheme the HTTP client wants.</summary>
    /// <exception cref="ArgumentException">The scheme is none of http, https, ws and wss.</exception>
    public static Uri ToHub(Uri url)
    {
        var scheme = url.IsAbsoluteUri ? url.Scheme : "";
        var builder = new UriBuilder(url.IsAbsoluteUri ? url : new Uri("http://localhost"))
        {
            Scheme = scheme switch
            {
                "http" or "ws" => "http",
                "https" or "wss" => "https",
                _ => throw new ArgumentException(
                    $"'{url}' is no relay address. Write one such as {RelayProtocol.DefaultUrl} or wss://relay.example.com; " +
                    "http, https, ws and wss are understood.", nameof(url)),
            },
            Port = url.Port,
        };
        if (builder.Path is "" or "/")
            builder.Path = RelayProtocol.DefaultPath;
        return builder.Uri;
    }
}
