using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Relay.Hub.Sessions;

namespace Relay.Hub.Mailboxes;

/// <summary>Lets messages expire at mailboxes nobody comes to, and forgets peers with which nothing would be forgotten.</summary>
internal sealed class MailboxSweeper(PeerDirectory directory, TimeProvider time, ILogger<RelayHub> logger) : BackgroundService
{
    // A message may outlive its time by a turn. Ten turns in a lifetime keep that to a tenth; a minute is often enough
    // for any lifetime, and a second apart is as close as walking over all peers should come.
    private TimeSpan Interval => TimeSpan.FromTicks(Math.Clamp(
        directory.Options.MailboxTimeToLive.Ticks / 10, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMinute));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                directory.Sweep();
            }
            catch (Exception failure)
            {
                // One failed turn must not end all later ones, or memory would only grow.
                logger.SweepFailed(failure);
            }
        }
    }
}
