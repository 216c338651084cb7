using System.Text.Json;
using Relay.Hub.Observability;
using Relay.Server.Admin;
using Relay.Server.Telemetry;

namespace Relay.Server.Status;

/// <summary>The last quarter of an hour, for the charts. Costs the same however many look at it.</summary>
internal sealed class StatusHistory(RelayStatus status, AdminKey admin, TimeProvider time) : BackgroundService
{
    public const int Kept = 450;
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // What a page that follows asks for; a hidden one asks every 20 s.
    private const int Few = 20;

    private readonly Lock _gate = new();
    private readonly Queue<StatusSample> _samples = new(Kept);
    private readonly long _start = time.GetTimestamp();
    private long _number;
    private (long Number, byte[] Json) _whole = (-1, []);

    /// <summary>The samples from one on, or more of them, with the present figures; as JSON.</summary>
    /// <param name="after">The number of the last sample the reader has; 0 for none.</param>
    public byte[] Read(long after)
    {
        lock (_gate)
        {
            if (after >= _number - Few)
                return Write(_samples.Where(sample => sample.Number > after));

            // Written once for each sample: asking for all of it costs little, and anybody may ask as often as it likes.
            if (_whole.Number != _number)
                _whole = (_number, Write(_samples));
            return _whole.Json;
        }
    }

    private byte[] Write(IEnumerable<StatusSample> samples) => JsonSerializer.SerializeToUtf8Bytes(
        new StatusDocument(
            RelayTelemetry.Version, time.GetElapsedTime(_start).TotalSeconds, Interval.TotalSeconds, Kept, admin.IsConfigured, status.Read(), [.. samples]),
        JsonSerializerOptions.Web);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        using var stopping = stoppingToken.Register(timer.Dispose);
        var (before, at) = (status.Read(), time.GetTimestamp());
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            var (now, then) = (status.Read(), at);
            at = time.GetTimestamp();
            Add(before, now, time.GetElapsedTime(then, at).TotalSeconds);
            before = now;
        }
    }

    private void Add(RelaySnapshot before, RelaySnapshot now, double seconds)
    {
        var sample = new StatusSample(
            _number + 1,
            Rate(now.Accepted - before.Accepted),
            Rate(now.Delivered - before.Delivered),
            Rate(now.Evicted + now.Expired + now.Late - before.Evicted - before.Expired - before.Late),
            Rate(now.Refused - before.Refused),
            now.Peers, now.MailboxMessages, now.MailboxBytes);
        lock (_gate)
        {
            if (_samples.Count == Kept)
                _samples.Dequeue();
            _samples.Enqueue(sample);
            _number = sample.Number;
        }

        double Rate(long count) => Math.Round(count / Math.Max(seconds, 0.001), 1);
    }
}
