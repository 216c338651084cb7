using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>How many bytes a .NET server allocates for a message, by the runtime's own counter.</summary>
internal sealed class AllocationMeter : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);

    private readonly Lock _gate = new();
    private readonly List<(double Bytes, long Messages)> _readings = [];
    private RuntimeEvents? _events;

    /// <param name="messages">How many messages have arrived so far.</param>
    public static async Task<AllocationMeter> StartAsync(ServerProcess server, Func<long> messages, CancellationToken cancellationToken)
    {
        var meter = new AllocationMeter();
        meter._events = await RuntimeEvents.ListenAsync(
            server.Id, RuntimeEvents.Counters(Interval), source => source.Dynamic.All += data =>
            {
                if (data.EventName == "EventCounters"
                    && data.PayloadValue(0) is IDictionary<string, object> outer
                    && outer["Payload"] is IDictionary<string, object> counter
                    && (string)counter["Name"] == "alloc-rate")
                {
                    meter.Add(Convert.ToDouble(counter["Increment"], System.Globalization.CultureInfo.InvariantCulture), messages());
                }
            },
            cancellationToken);
        return meter;
    }

    /// <summary>What was allocated between the first reading and the last, for each message in between.</summary>
    /// <exception cref="InvalidOperationException">There was no time for two readings, or nothing went through.</exception>
    public double BytesPerMessage
    {
        get
        {
            lock (_gate)
            {
                // The first increment covers a time before there was a count of messages.
                var messages = _readings.Count < 2 ? 0 : _readings[^1].Messages - _readings[0].Messages;
                return messages > 0
                    ? _readings.Skip(1).Sum(reading => reading.Bytes) / messages
                    : throw new InvalidOperationException($"{_readings.Count} readings of the server's allocations, and {messages} messages between them, are too few.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_events is not null)
            await _events.DisposeAsync();
    }

    private void Add(double bytes, long messages)
    {
        lock (_gate)
            _readings.Add((bytes, messages));
    }
}
