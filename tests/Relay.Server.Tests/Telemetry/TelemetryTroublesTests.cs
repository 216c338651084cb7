using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Server.Telemetry;
using TestKit;

namespace Relay.Server.Tests.Telemetry;

/// <summary>An operator who has named a collector hears when nothing gets there.</summary>
public sealed class TelemetryTroublesTests
{
    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_collector_that_is_not_there_is_told_of_with_the_variable_that_names_it(string protocol)
    {
        await using var relay = Start($"http://127.0.0.1:{Ports.Lasting()}", protocol);

        var line = await relay.WaitForLineAsync("Metrics and traces do not get out (OTEL_EXPORTER_OTLP_ENDPOINT): ");

        Assert.Contains("Connection refused", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", relay.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_refuses_everything_fills_no_log()
    {
        var refused = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.Run(context =>
        {
            Interlocked.Increment(ref refused);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        await using var relay = Start(collector.Urls.Single(), "http/protobuf");

        await Eventually.Is("several exports were refused", () => Volatile.Read(ref refused) >= 4);
        await relay.WaitForLineAsync("401");
        Assert.Single(relay.Output.Lines, line => line.Contains("do not get out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "a collector's URL")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost", "a collector's URL")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http", "grpc or http/protobuf")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "1s", "a number of milliseconds")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes", "one of always_on")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "1000", "a share from 0 to 1")]
    public void A_value_that_OpenTelemetry_would_pass_over_is_explained(string name, string value, string wanted)
    {
        Assert.StartsWith($"{name} is {value}, but must be {wanted}", FaultOf(name, value), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_it_is_shown_to_nobody() =>
        Assert.StartsWith($"{OtlpVariables.Endpoint} cannot be used, but must be a collector's URL", FaultOf(OtlpVariables.Endpoint, "alice:secret@collector:4317"), StringComparison.Ordinal);

    private static string FaultOf(string name, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)value)]).Build();
        return Assert.Single(Assert.Throws<OptionsValidationException>(() => OtlpVariables.Check(configuration)).Failures);
    }

    private static ProgramProcess Start(string endpoint, string protocol) => ProgramProcess.Start(
        "Relay.Server",
        new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        },
        "--urls=http://127.0.0.1:0");
}
