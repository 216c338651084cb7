using Microsoft.Extensions.Hosting;

namespace Relay.Hub.Admission;

/// <summary>Notices changes of <see cref="RelayOptions.AccessFile"/>.</summary>
/// <remarks>By looking, every two seconds: notifications of the file system do not come from network drives, nor through every container's mounts.</remarks>
internal sealed class AccessFileWatcher(AccessControl access, TimeProvider time) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
            access.Refresh();
    }
}
