using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Telemetry;

/// <summary>What is measured, who gets it, and that nobody's PeerId is ever part of it.</summary>
[Collection(nameof(NoOtherRelay))]
public sealed partial class MeasurementTests
{
    private readonly Traffic _traffic = new();

    [Fact]
    public async Task Everything_the_relay_does_is_counted()
    {
        await using var relay = RelayApp.OnSockets(Traffic.Settings);
        await _traffic.RunAsync(relay);
        using var http = relay.CreateClient();

        // 2 to bob, 5 to carol, and the pings by which the test knows that it was heard.
        await Counts("messages_accepted_total", value => value >= 7);
        await Counts("payload_accepted_bytes_total", value => value >= 7 * 20);
        await Counts("messages_delivered_total", value => value >= 3);
        await Counts("messages_redelivered_total", value => value == 1);
        await Counts("messages_acknowledged_total", value => value == 2);
        await Counts("messages_dropped_total", value => value == 2, ",reason=\"Evicted\"");
        await Counts("messages_dropped_total", value => value >= 3, ",reason=\"Expired\"");
        await Counts("refusals_total", value => value == 1, ",reason=\"InvalidRecipient\"");
        await Counts("credit_stalls_total", value => value >= 1);
        await Counts("registrations_total", value => value == 4);
        await Counts("takeovers_total", value => value == 1);
        await Counts("sessions", value => value == 3, ",registered=\"true\"");
        await Counts("batch_size_count", value => value >= 4, ",direction=\"relay\"");
        await Counts("batch_size_count", value => value >= 3, ",direction=\"deliver\"");
        await Counts("acknowledgement_latency_seconds_count", value => value >= 2);
        await Counts("mailbox_messages", value => value == 0);

        Task Counts(string name, Func<double, bool> isRight, string labels = "") => Shows(http, name, isRight, labels);
    }

    [Fact]
    public async Task What_waits_is_measured_while_it_waits_and_how_much_came_at_once_and_how_long_its_recipient_took()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<TimeProvider>(time));
        using var http = relay.CreateClient();
        var alice = await relay.Enter(_traffic.Alice);
        var bob = await relay.Enter(_traffic.Bob);

        // Five in one call, to somebody who is away; and one that its recipient has, and does not acknowledge yet.
        await alice.Send(_traffic.Carol, "1", "2", "3", "4", "5");
        await alice.Send(_traffic.Bob, new byte[10_000]);
        await bob.SeesMessages(1);
        await alice.SeesAnswers(6);

        await Shows(http, "mailbox_messages", value => value == 6);
        var held = 0.0;
        await Shows(http, "mailbox_bytes", value => (held = value) > 10_000);
        await Shows(http, "batch_size_sum", value => value == 6, ",direction=\"relay\"");
        await Shows(http, "batch_size_count", value => value == 2, ",direction=\"relay\"");

        time.Advance(TimeSpan.FromSeconds(2));
        await bob.Acknowledge(1);
        await Shows(http, "acknowledgement_latency_seconds_sum", value => value == 2);
        await Shows(http, "mailbox_messages", value => value == 5);
        await Shows(http, "mailbox_bytes", value => value > 0 && value < held - 10_000);

        // And all five go out at once.
        var carol = await relay.Enter(_traffic.Carol);
        await carol.SeesMessages(5);
        await Shows(http, "batch_size_sum", value => value == 6, ",direction=\"deliver\"");
        await Shows(http, "batch_size_count", value => value == 2, ",direction=\"deliver\"");
    }

    [Fact]
    public async Task No_measurement_of_any_meter_and_no_trace_of_any_source_holds_a_PeerId_or_a_payload()
    {
        var (measured, traced) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        using var meters = Listen(measured);
        using var sources = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Add(
                $"{activity.Source.Name} {activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} " +
                string.Join(' ', activity.Events.Select(one => $"{one.Name} {string.Join(' ', one.Tags)}")) + string.Join(' ', activity.Baggage)),
        };
        ActivitySource.AddActivityListener(sources);

        await using (var relay = RelayApp.OnSockets(Traffic.Settings))
        {
            await _traffic.RunAsync(relay);
            meters.RecordObservableInstruments();
            using var http = relay.CreateClient();
            measured.Add(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        }

        Assert.Contains(measured, one => one.StartsWith("TermChat.Relay termchat.relay.batch.size", StringComparison.Ordinal));
        Assert.Contains(measured, one => one.StartsWith("TermChat.Relay termchat.relay.messages.accepted", StringComparison.Ordinal));
        Assert.Contains(measured, one => one.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal));
        Assert.Contains(traced, one => one.StartsWith("TermChat.Relay register", StringComparison.Ordinal));
        Assert.Contains(traced, one => one.StartsWith("Microsoft.AspNetCore.SignalR.Server", StringComparison.Ordinal));
        foreach (var secret in _traffic.Secrets)
            Assert.DoesNotContain(measured.Concat(traced), one => one.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Metrics_and_traces_go_over_OTLP_where_the_standard_variables_say()
    {
        await using var collector = await Collector.StartAsync();
        await using (var relay = RelayApp.OnSockets(
            [.. Traffic.Settings, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200")]))
        {
            await _traffic.RunAsync(relay);
            await Eventually.Is("metrics have come", () => collector.At("/v1/metrics").Contains("termchat.relay.messages.accepted", StringComparison.Ordinal));
            await Eventually.Is("traces have come", () => collector.At("/v1/traces").Contains("TermChat.Relay", StringComparison.Ordinal));
        }

        Assert.Contains("termchat-relay", collector.At("/v1/metrics"), StringComparison.Ordinal);
        foreach (var secret in _traffic.Secrets)
            Assert.DoesNotContain(secret, collector.At("/v1/metrics") + collector.At("/v1/traces"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_dashboard_asks_for_nothing_that_is_not_there()
    {
        var dashboard = JsonNode.Parse(Repository.Read("deployment", "grafana", "termchat-relay.json"))!;
        string[] queries = [.. dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>())];
        string[] metrics = [.. queries.SelectMany(query => MetricName().Matches(query)).Select(match => match.Value).Distinct()];
        await using var relay = RelayApp.OnSockets(Traffic.Settings);
        await _traffic.RunAsync(relay);
        using var http = relay.CreateClient();

        var there = await NamesAsync(http);
        Assert.True(metrics.Length > 15, "The dashboard asks for too little to be one.");
        Assert.Subset(there, metrics.ToHashSet());

        // And the other way round: what the relay counts about itself is in the document.
        var document = Repository.Read("docs", "operating.md");
        var own = there.Where(name => name.StartsWith("termchat_", StringComparison.Ordinal)).Select(name => Histogram().Replace(name, ""));
        Assert.All(own, name => Assert.Contains($"`{name}`", document, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_alerts_ask_for_nothing_that_is_not_there()
    {
        string[] rules = [.. Repository.Read("deployment", "prometheus", "termchat-relay.rules.yml").Split('\n')
            .Where(line => line.StartsWith("        expr: ", StringComparison.Ordinal))];
        await using var relay = RelayApp.OnSockets(Traffic.Settings);
        await _traffic.RunAsync(relay);
        using var http = relay.CreateClient();

        Assert.True(rules.Length >= 4, "These are too few to be alerts.");
        Assert.Subset(await NamesAsync(http), rules.SelectMany(rule => MetricName().Matches(rule)).Select(match => match.Value).ToHashSet());

        // What they pick out by is what the relay says: a misspelt reason would be silent for ever.
        string[] reasons = [.. Enum.GetNames<DropReason>(), .. Enum.GetNames<ErrorCode>()];
        Assert.All(rules.SelectMany(rule => Reasons().Matches(rule)).SelectMany(match => match.Groups[1].Value.Split('|')), reason => Assert.Contains(reason, reasons));
        Assert.Contains("termchat_relay_sessions{otel_scope_name=\"TermChat.Relay\",registered=\"true\"}", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<HashSet<string>> NamesAsync(HttpClient http) =>
    [
        .. (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken))
            .Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Split('{', ' ')[0]),
    ];

    private static Task Shows(HttpClient http, string name, Func<double, bool> isRight, string labels = "") => Eventually.Is($"{name}{labels} is right", () =>
    {
        var start = $"termchat_relay_{name}{{otel_scope_name=\"TermChat.Relay\"{labels}}} ";
        var line = http.GetStringAsync(new Uri("/metrics", UriKind.Relative)).GetAwaiter().GetResult().Split('\n')
            .FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
        return line is not null && isRight(double.Parse(line[start.Length..], System.Globalization.CultureInfo.InvariantCulture));
    });

    private static MeterListener Listen(ConcurrentBag<string> measured)
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, listening) => listening.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<byte>(Record);
        listener.SetMeasurementEventCallback<short>(Record);
        listener.SetMeasurementEventCallback<int>(Record);
        listener.SetMeasurementEventCallback<long>(Record);
        listener.SetMeasurementEventCallback<float>(Record);
        listener.SetMeasurementEventCallback<double>(Record);
        listener.SetMeasurementEventCallback<decimal>(Record);
        listener.Start();
        return listener;

        void Record<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
            measured.Add($"{instrument.Meter.Name} {instrument.Name} {value} {string.Join(' ', tags.ToArray())}");
    }

    [GeneratedRegex("(termchat|dotnet|kestrel)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("reason=~?\"([A-Za-z|]+)\"")]
    private static partial Regex Reasons();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Histogram();
}
