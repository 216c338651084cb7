using Microsoft.Extensions.Logging;

namespace Client.Transport.Hybrid;

/// <summary>What the lanes of one transport share.</summary>
/// <remarks>
/// <see cref="Report"/> raises <see cref="ITransport.LossReported"/> and is never called under a lock;
/// <see cref="Stopping"/> is cancelled at disposal, after the lanes were closed.
/// </remarks>
internal sealed record LaneContext(
    Routes Routes, HybridTransportOptions Options, Action<LossReport> Report, ILogger Logger, CancellationToken Stopping);
