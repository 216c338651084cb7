using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Relay.Hub;

namespace Relay.Server.Telemetry;

/// <summary>Metrics and traces for whoever collects them: Prometheus comes and reads; over OTLP they are sent where the standard OTEL_* variables say.</summary>
internal static class RelayTelemetry
{
    // The names Relay.Hub publishes under, and the framework's own that tell something about a relay.
    private static readonly string[] Meters =
        ["TermChat.Relay", "Microsoft.AspNetCore.Http.Connections", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private static readonly string[] Sources = ["TermChat.Relay", "Microsoft.AspNetCore.SignalR.Server"];

    /// <summary>The program's version, as everything that tells it does.</summary>
    public static string Version { get; } =
        typeof(RelayTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    // Ours have a reason or a kind for a tag and no more, the framework's some transport and status; OpenTelemetry would set aside 2000 series an instrument.
    private const int MaxSeries = 100;

    public static void AddRelayTelemetry(this WebApplicationBuilder builder, ServerOptions options)
    {
        var sendsMetrics = IsSet(OtlpVariables.Endpoint) || IsSet(OtlpVariables.MetricsEndpoint);
        var sendsTraces = IsSet(OtlpVariables.Endpoint) || IsSet(OtlpVariables.TracesEndpoint);
        if (sendsMetrics || sendsTraces)
        {
            OtlpVariables.Check(builder.Configuration);
            builder.Services.AddHostedService<TelemetryTroubles>();
        }

        var telemetry = builder.Services.AddOpenTelemetry();
        if (!IsSet("OTEL_SERVICE_NAME"))
            telemetry.ConfigureResource(resource => resource.AddService("termchat-relay", serviceVersion: Version));

        if (sendsMetrics || options.MetricsPath.Length > 0)
        {
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters);
                metrics.AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries });
                if (sendsMetrics)
                    metrics.AddOtlpExporter();
                if (options.MetricsPath.Length > 0)
                    metrics.AddPrometheusExporter();
            });
        }

        // Only where they are sent somewhere: traces that nobody takes would cost for nothing.
        if (sendsTraces)
        {
            var hub = builder.Configuration[$"{RelayOptions.Section}:{nameof(RelayOptions.Path)}"] ?? new RelayOptions().Path;
            telemetry.WithTracing(traces => traces
                .AddSource(Sources)

                // Of the hub alone: what else people ask for, such as paths they mistype, is theirs to know.
                .AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments(hub))
                .AddOtlpExporter());
        }

        bool IsSet(string name) => OtlpVariables.IsSet(builder.Configuration, name);
    }
}
