using Microsoft.Extensions.Options;
using Relay.Server.Admin;

namespace Relay.Server.Telemetry;

/// <summary>The page Prometheus reads. For this machine and who has the admin key, unless the operator says for anyone.</summary>
internal static class MetricsEndpoint
{
    public static void MapRelayMetrics(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<ServerOptions>>().Value;
        if (options.MetricsPath.Length == 0)
            return;

        endpoints.MapPrometheusScrapingEndpoint(
            options.MetricsPath, meterProvider: null, configureBranchedPipeline: branch => branch.Use(GuardAsync), optionsName: null);
    }

    private static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<ServerOptions>>().Value;
        return options.MetricsForAnyone || LocalRequest.Is(context)
            ? next(context)
            : context.RequestServices.GetRequiredService<AdminKey>().GuardAsync(
                context, next, "Metrics are for requests from the relay's own machine and for who has the admin key (Server:MetricsForAnyone is false).");
    }
}
