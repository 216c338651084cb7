using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Relay.Hub;
using Relay.Hub.Admission;

namespace Relay.Server;

/// <summary>Whose word counts for where a request comes from: that of <c>Relay:TrustedProxies</c>, and nobody else's.</summary>
internal static partial class Proxies
{
    private const string ForwardedHost = "X-Forwarded-Host";

    public static void Add(IServiceCollection services) => services.AddOptions<ForwardedHeadersOptions>()
        // After everything else that sets them, the framework's own switch above all, which trusts everybody.
        .PostConfigure<IOptions<RelayOptions>>(static (headers, relay) =>
        {
            headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            headers.KnownIPNetworks.Clear();
            headers.KnownProxies.Clear();
            foreach (var text in relay.Value.TrustedProxies)
            {
                if (AddressRange.TryParse(text, out var range))
                    headers.KnownIPNetworks.Add(range);
            }

            // Back through as many proxies as are known; the first unknown address is the client.
            headers.ForwardLimit = null;
        });

    public static void Use(WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<RelayOptions>>().Value.TrustedProxies.Count > 0)
            app.Use(LeaveOutWhatIsNoHost).UseForwardedHeaders();
        else
            app.Use(WarnOnce(app.Logger));
    }

    /// <remarks>The framework throws for it, at each request and with a line in the log, and a proxy may pass on what its client has written.</remarks>
    private static Task LeaveOutWhatIsNoHost(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey(ForwardedHost) && !headers.GetCommaSeparatedValues(ForwardedHost).All(IsHost))
            headers.Remove(ForwardedHost);
        return next(context);
    }

    private static bool IsHost(string text)
    {
        try
        {
            return HostString.FromUriComponent(text).HasValue;
        }
        catch (ArgumentException)
        {
            // No Punycode.
            return false;
        }
    }

    private static Func<HttpContext, RequestDelegate, Task> WarnOnce(ILogger logger)
    {
        var warned = 0;
        return (context, next) =>
        {
            if (context.Request.Headers.ContainsKey("X-Forwarded-For") && Interlocked.Exchange(ref warned, 1) == 0)
                NoProxies(logger);
            return next(context);
        };
    }

    [LoggerMessage(4001, LogLevel.Warning,
        "A request says that a proxy has forwarded it, but Relay:TrustedProxies is empty: the relay takes the proxy for the client, so that limits for each " +
        "address and bans of addresses do not work. Name the proxy's address in Relay:TrustedProxies, unless the request did not come from your proxy")]
    private static partial void NoProxies(ILogger logger);
}
