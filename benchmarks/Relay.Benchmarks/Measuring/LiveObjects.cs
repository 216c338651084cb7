using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>What is alive in a .NET process after a collection, by type. The size of its heap has the gaps between these in it as well, and what is not yet collected.</summary>
internal sealed record LiveObjects(IReadOnlyDictionary<string, ObjectTotal> ByType)
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    // A collection, and then every object that is left, with the names of types: "GCHeapSnapshot" in the runtime's own list.
    private const long Snapshot = 0x1980001;

    // Some 50 bytes an object and a dozen a reference: what does not fit is lost.
    private const int BufferMegabytes = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public ObjectTotal Total => ObjectTotal.Sum(ByType.Values);

    /// <summary>How much more of each type there is than there was; what differs most comes first.</summary>
    public IEnumerable<(string Name, ObjectTotal More)> Since(LiveObjects earlier) => ByType.Keys.Union(earlier.ByType.Keys)
        .Select(type => (Name: type, More: ByType.GetValueOrDefault(type) - earlier.ByType.GetValueOrDefault(type)))
        .OrderByDescending(type => Math.Abs(type.More.Bytes));

    /// <summary>Collects the garbage of a process and counts what is left.</summary>
    /// <exception cref="IOException">The process told more than could be read.</exception>
    public static async Task<LiveObjects> ReadAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var (names, totals) = (new Dictionary<ulong, string>(), new Dictionary<ulong, ObjectTotal>());
        var collected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = -1;
        var events = await RuntimeEvents.ListenAsync(
            server.Id, new EventPipeProvider(Runtime, EventLevel.Verbose, Snapshot),
            source =>
            {
                source.Clr.GCStart += collection => number = collection.Type == GCType.NonConcurrentGC && collection.Depth == 2 ? collection.Count : number;
                source.Clr.GCStop += collection => _ = collection.Count == number && collected.TrySetResult();
                source.Clr.TypeBulkType += bulk =>
                {
                    for (var i = 0; i < bulk.Count; i++)
                        names[bulk.Values(i).TypeID] = bulk.Values(i).TypeName;
                };
                source.Clr.GCBulkNode += bulk =>
                {
                    for (var i = 0; i < bulk.Count; i++)
                        totals[bulk.Values(i).TypeID] = totals.GetValueOrDefault(bulk.Values(i).TypeID) + new ObjectTotal(1, (long)bulk.Values(i).Size);
                };
            },
            cancellationToken, BufferMegabytes);
        await using (events)
            await collected.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);

        // Only at the end of the session has all of it been read.
        if (events.Lost > 0)
            throw new IOException($"Of what process {server.Id} told about its objects {events.Lost} events were lost: there are too many for {BufferMegabytes} MB.");
        return new LiveObjects(totals
            .GroupBy(total => names.GetValueOrDefault(total.Key, "?"), total => total.Value)
            .ToDictionary(type => type.Key, ObjectTotal.Sum));
    }
}
