using System.Net;
using Microsoft.Extensions.Options;
using Relay.Hub;

namespace Relay.Server;

/// <summary>Warns an operator whose relay others can reach, and who has not said by which addresses.</summary>
internal static partial class OriginsCheck
{
    public static void Warn(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<RelayOptions>>().Value;
        if (options.Origins.Count == 0 && app.Urls.FirstOrDefault(url => !IsLoopback(url)) is { } open)
            NoOrigins(app.Logger, open);
    }

    /// <summary>Whether only programs of this machine reach the address. One that cannot be told counts as open.</summary>
    internal static bool IsLoopback(string url)
    {
        // "http://*:9000" and "http://+:9000" are addresses to listen on, and no URLs.
        var address = BindingAddress.Parse(url);
        return address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    // 4000-4099 belong to the program that hosts the hub.
    [LoggerMessage(4000, LogLevel.Warning,
        "The relay listens on {Address}, but Relay:Origins is empty: it takes the Host of a request for its own address. A hostile relay " +
        "that forwards requests to this one can choose that, and register here those who register there. Set Relay:Origins to the " +
        "addresses clients dial, such as https://relay.example.com")]
    private static partial void NoOrigins(ILogger logger, string address);
}
