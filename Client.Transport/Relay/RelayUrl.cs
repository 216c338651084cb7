using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Reads relay addresses as people write them.</summary>
public static class RelayUrl
{
    /// <summary>The address of the hub: <c>http</c> or <c>https</c>, and <c>/relay</c> unless another path was written.</summary>
    /// <exception cref="ArgumentException">The scheme is none of http, https, ws and wss.</exception>
    public static Uri ToHub(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
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
