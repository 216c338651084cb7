using System.Diagnostics.Tracing;
using System.Globalization;
using Relay.Hub.Observability;

namespace Relay.Server.Telemetry;

/// <summary>Logs that telemetry does not get out, which OpenTelemetry tells only to listeners of its events.</summary>
internal sealed partial class TelemetryTroubles(IConfiguration configuration, TimeProvider time, ILogger<TelemetryTroubles> logger) : IHostedService, IDisposable
{
    private const int LongestReason = 300;

    private readonly Tally _told = new(time);
    private Listener? _listener;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = new Listener(Tell);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener?.Dispose();

    private void Tell(string why)
    {
        if (_told.Count(nameof(NotSent)) > 0)
            NotSent(logger, OtlpVariables.SetEndpoints(configuration), why);
    }

    [LoggerMessage(4040, LogLevel.Warning,
        "Metrics and traces do not get out ({Variables}): {Why} Check these variables, and that a collector listens there; the relay itself goes on. Logged at most once a minute; " +
        "docs/operating.md says more")]
    private static partial void NotSent(ILogger logger, string variables, string why);

    /// <summary>Hears what the exporter complains of.</summary>
    private sealed class Listener(Action<string> tell) : EventListener
    {
        private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == Exporter)
                EnableEvents(source, EventLevel.Warning);
        }

        protected override void OnEventWritten(EventWrittenEventArgs complaint)
        {
            // Of an exception with its stack the first line says what it is.
            var text = string.Format(CultureInfo.InvariantCulture, complaint.Message ?? complaint.EventName ?? "", [.. complaint.Payload ?? []]);
            var line = text.Split('\n')[0].Trim();
            tell(line.Length > LongestReason ? line[..LongestReason] + "..." : line.EndsWith('.') ? line : line + ".");
        }
    }
}
