using System.Globalization;
using Microsoft.Extensions.Options;

namespace Relay.Server.Telemetry;

/// <summary>The variables of OpenTelemetry that say where telemetry goes. OpenTelemetry passes over a value it cannot use without a word; here it stops the start.</summary>
internal sealed class OtlpVariables
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private static readonly string[] Protocols = ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"];

    private static readonly string[] Milliseconds =
    [
        "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
        "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT",
    ];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    private static string[] Endpoints => [Endpoint, MetricsEndpoint, TracesEndpoint];

    public static bool IsSet(IConfiguration configuration, string name) => configuration[name] is { Length: > 0 };

    /// <summary>Those that name a collector, of those that are set.</summary>
    public static string SetEndpoints(IConfiguration configuration) => string.Join(", ", Endpoints.Where(name => IsSet(configuration, name)));

    /// <exception cref="OptionsValidationException">A value cannot be used.</exception>
    public static void Check(IConfiguration configuration)
    {
        string[] faults =
        [
            .. Faulty(Endpoints, text => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", "a collector's URL, such as http://localhost:4317"),
            .. Faulty(Protocols, text => text is "grpc" or "http/protobuf", "grpc or http/protobuf"),
            .. Faulty(Milliseconds, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _), "a number of milliseconds"),
            .. Faulty(["OTEL_TRACES_SAMPLER"], Samplers.Contains, "one of " + string.Join(", ", Samplers)),
            .. Faulty(["OTEL_TRACES_SAMPLER_ARG"], IsShare, "a share from 0 to 1, such as 0.001"),
        ];
        if (faults.Length > 0)
            throw new OptionsValidationException("OTEL", typeof(OtlpVariables), faults);

        IEnumerable<string> Faulty(string[] names, Func<string, bool> isGood, string wanted) => names
            .Where(name => IsSet(configuration, name) && !isGood(configuration[name]!))
            .Select(name => $"{name} {Shown(configuration[name]!)}, but must be {wanted}. docs/operating.md says more about metrics and traces.");
    }

    // A URL can have a password in it.
    private static string Shown(string value) => value.Contains('@', StringComparison.Ordinal) ? "cannot be used" : "is " + value;

    private static bool IsShare(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1;
}
