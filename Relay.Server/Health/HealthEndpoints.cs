using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Relay.Hub;

namespace Relay.Server.Health;

/// <summary>For load balancers and service managers: whether the process answers, and whether new clients belong here.</summary>
internal static class HealthEndpoints
{
    public static void MapRelayHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(RelayHubExtensions.ReadyTag),
            ResponseWriter = WriteAsync,
        });
    }

    // With the reason: whoever finds a relay out of rotation should not have to guess.
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(string.Join(' ', [$"{report.Status}", .. report.Entries.Values.Select(entry => entry.Description).OfType<string>()]));
    }
}
