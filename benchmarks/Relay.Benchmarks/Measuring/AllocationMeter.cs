using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>How many bytes a .NET server allocates for a message, by the runtime's own counter.</summary>
internal sealed class AllocationMeter : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);

    // About a second and a half, the one before the first included.
    private const int Readings = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>Waits for some readings.</summary>
    /// <returns>What was allocated between the first and the last, for each message in between.</returns>
    /// <exception cref="InvalidOperationException">Nothing went through.</exception>
    public async Task<double> ReadBytesPerMessageAsync(CancellationToken cancellationToken)
    {
        await _enough.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        lock (_gate)
        {
            // The first increment covers a time before there was a count of messages.
            var messages = _readings[^1].Messages - _readings[0].Messages;
            return messages > 0
                ? _readings.Skip(1).Sum(reading => reading.Bytes) / messages
                : throw new InvalidOperationException("No message arrived while the server's allocations were read.");
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
        {
            _readings.Add((bytes, messages));
            if (_readings.Count == Readings)
                _enough.TrySetResult();
        }
    }
}
