using Relay.Hub.Observability;

namespace Relay.Server.Status;

/// <summary>What the status page is told: for everybody to see, so counts and nobody's name.</summary>
/// <param name="Uptime">Seconds.</param>
/// <param name="Interval">Seconds between samples.</param>
/// <param name="Kept">Samples the charts show.</param>
/// <param name="HasAdminKey">Whether the relay has an operator who can do something here.</param>
/// <param name="Now">The present figures, and the totals.</param>
/// <param name="Samples">Those after the number that was asked for, oldest first.</param>
internal sealed record StatusDocument(
    string Version, double Uptime, double Interval, int Kept, bool HasAdminKey, RelaySnapshot Now, IReadOnlyList<StatusSample> Samples);
