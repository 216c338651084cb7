using Microsoft.Extensions.Diagnostics.HealthChecks;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>Whether new clients should be sent here: not while the relay shuts down.</summary>
internal sealed class RelayReadiness(SessionRegistry sessions) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(sessions.IsDraining ? HealthCheckResult.Unhealthy("shutting down") : HealthCheckResult.Healthy());
}
