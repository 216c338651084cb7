using Relay.Contracts;

namespace Relay.Server;

/// <summary>Where the relay listens when nobody said anything.</summary>
internal static class ListenAddress
{
    // Every way ASP.NET Core knows to say it. A default in appsettings.json would win over some of them.
    private static readonly string[] Settings = ["urls", "http_ports", "https_ports"];

    public static void SetDefault(WebApplicationBuilder builder)
    {
        var isSaid = Settings.Any(setting => builder.Configuration[setting] is { Length: > 0 })
            || builder.Configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!isSaid)
            builder.WebHost.UseUrls(RelayProtocol.DefaultUrl);
    }
}
