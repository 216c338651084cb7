using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Relay.Hub.Observability;

namespace Relay.Hub;

/// <summary>Whether new clients should be sent here: not while the relay shuts down, and not while it would refuse them all.</summary>
internal sealed class RelayReadiness(RelayStatus status, IOptions<RelayOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Judge(status.Read()));

    private HealthCheckResult Judge(RelaySnapshot now)
    {
        if (now.IsDraining)
            return HealthCheckResult.Unhealthy("The relay is shutting down.");

        if (now.Peers >= now.MaxPeers)
            return HealthCheckResult.Unhealthy(Text($"As many peers are connected as the relay allows: {now.MaxPeers} (Relay:MaxPeers). docs/troubles/full.md says more."));

        // Full is what has no room for another large message. Still ready: recipients have to come, or it stays full.
        return now.MailboxBytes > now.MaxMailboxBytes - options.Value.MaxPayloadBytes
            ? HealthCheckResult.Degraded(Text($"The mailboxes hold as much as they may: {now.MaxMailboxBytes} bytes (Relay:MailboxesBytes). docs/troubles/mailboxes-full.md says more."))
            : HealthCheckResult.Healthy();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
