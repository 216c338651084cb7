using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
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
            source => source.Clr.GCHeapStats += heap => collected.TrySetResult(heap.TotalHeapSize), cancellationToken);
        return await collected.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);
    }
}
