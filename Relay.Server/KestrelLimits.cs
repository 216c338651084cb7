using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Relay.Hub;
using Relay.Hub.Observability;
using Relay.Server.Admin;

namespace Relay.Server;

/// <summary>Says when a limit of Kestrel's has ended a socket, by which setting. Kestrel does not log it, but measures it: this listens to its measurements.</summary>
internal sealed partial class KestrelLimits : IHostedService, IDisposable
{
    private const string Elsewhere = "docs/operating.md says more.";

    private readonly MeterListener _listener = new();
    private readonly Tally _tally;
    private readonly ILogger _logger;
    private readonly Dictionary<string, string> _words;

    public KestrelLimits(IMeterFactory meters, IOptions<KestrelServerOptions> kestrel, IOptions<RelayOptions> relay, TimeProvider time, ILogger<KestrelLimits> logger)
    {
        (_tally, _logger) = (new Tally(time), logger);
        _words = Words(kestrel.Value.Limits, SocketLimits.Patience(relay.Value));

        // This application's own Kestrel: there may be others in the process.
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name is "kestrel.connection.duration" or "kestrel.tls_handshake.duration")
                listening.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Note(tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private void Note(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "error.type" && value is string error && _words.TryGetValue(error, out var limit) && _tally.Count(error) is > 0 and var count)
                Ended(_logger, error == Idle ? LogLevel.Debug : LogLevel.Information, count, limit);
        }
    }

    // What every browser and scraper leaves behind: nothing to tell of, unless somebody looks for it.
    private const string Idle = "keep_alive_timeout";

    // By the names that Kestrel gives the ends of connections (https://learn.microsoft.com/aspnet/core/log-mon/metrics/built-in).
    private static Dictionary<string, string> Words(KestrelServerLimits limits, TimeSpan patience) => new()
    {
        ["request_headers_timeout"] = $"The head of a request was not complete within {patience} (Relay:RegistrationTimeout, and at least a second). {Elsewhere}",
        [typeof(OperationCanceledException).FullName!] = $"A TLS handshake was not complete within {patience} (Relay:RegistrationTimeout, and at least a second). {Elsewhere}",
        [Idle] = $"Nothing came for {limits.KeepAliveTimeout}, which is no setting. {Elsewhere}",
        ["max_request_headers_total_size_exceeded"] = $"The headers of a request were longer than {limits.MaxRequestHeadersTotalSize} bytes, which is no setting. {Elsewhere}",
        ["max_request_header_count_exceeded"] = $"A request had more than {limits.MaxRequestHeaderCount} headers, which is no setting. {Elsewhere}",
        ["invalid_request_line"] = $"A request began with no line of HTTP, or one longer than {limits.MaxRequestLineSize} bytes, which is no setting. {Elsewhere}",
        ["max_request_body_size_exceeded"] = $"The body of a request was longer than {limits.MaxRequestBodySize} bytes, or {AdminEndpoints.LongestRequest} for /admin, which is no setting. {Elsewhere}",
        ["min_request_body_data_rate"] = $"The body of a request came at less than {Rate(limits.MinRequestBodyDataRate)}, which is no setting. {Elsewhere}",
        ["min_response_data_rate"] = $"An answer was read at less than {Rate(limits.MinResponseDataRate)}, which is no setting. {Elsewhere}",
    };

    private static string Rate(MinDataRate? rate) => $"{rate?.BytesPerSecond} bytes a second, for {rate?.GracePeriod}";

    [LoggerMessage(EventId = 4032, Message =
        "Sockets were closed by a limit: {Count}, counted since the last such line and logged at most once a minute. {Limit}")]
    private static partial void Ended(ILogger logger, LogLevel level, int count, string limit);
}
