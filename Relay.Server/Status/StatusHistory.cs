using Relay.Hub.Observability;
using Relay.Server.Admin;
using Relay.Server.Telemetry;

namespace Relay.Server.Status;

/// <summary>The last quarter of an hour, for the charts. Costs the same however many look at it.</summary>
internal sealed class StatusHistory(RelayStatus status, AdminKey admin, TimeProvider time) : BackgroundService
{
    public const int Kept = 450;
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Queue<StatusSample> _samples = new(Kept);
    private readonly long _start = time.GetTimestamp();
    private long _number;

    /// <param name="after">The number of the last sample the reader has; 0 for none.</param>
    public StatusDocument Read(long after)
    {
        StatusSample[] samples;
        lock (_gate)
            samples = [.. _samples.Where(sample => sample.Number > after)];
        return new StatusDocument(
            RelayTelemetry.Version, time.GetElapsedTime(_start).TotalSeconds, Interval.TotalSeconds, Kept, admin.IsConfigured, status.Read(), samples);
    }

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
            ++_number,
            Rate(now.Accepted - before.Accepted),
            Rate(now.Delivered - before.Delivered),
            Rate(now.Evicted + now.Expired - before.Evicted - before.Expired),
            Rate(now.Refused - before.Refused),
            now.Peers, now.MailboxMessages, now.MailboxBytes);
        lock (_gate)
        {
            if (_samples.Count == Kept)
                _samples.Dequeue();
            _samples.Enqueue(sample);
        }

        double Rate(long count) => Math.Round(count / Math.Max(seconds, 0.001), 1);
    }
}
