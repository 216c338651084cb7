using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>Makes a .NET process collect its garbage, so that what is left is what it holds.</summary>
internal static class ManagedHeap
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const long Collections = 0x1;
    private const long CollectNow = 0x800000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>How many bytes its objects have afterwards.</returns>
    public static async Task<long> CollectAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var collected = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var events = await RuntimeEvents.ListenAsync(
            server.Id, new EventPipeProvider(Runtime, EventLevel.Informational, Collections | CollectNow),
            source =>
            {
                // Another collection may be under way, and end first with garbage left. Behind the start of ours, which stops everything, there is no other.
                var isOurs = false;
                source.Clr.GCStart += gc => isOurs |= gc is { Depth: 2, Type: GCType.NonConcurrentGC, Reason: GCReason.Induced };
                source.Clr.GCHeapStats += heap =>
                {
                    if (isOurs)
                        collected.TrySetResult(heap.TotalHeapSize);
                };
            },
            cancellationToken);
        return await collected.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);
    }
}
