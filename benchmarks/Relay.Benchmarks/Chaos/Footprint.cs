using System.Net.Http.Json;
using System.Text.Json;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Chaos;

/// <summary>What a relay process holds at one moment at which nothing is under way.</summary>
/// <param name="Heap">Bytes of its objects after a collection.</param>
/// <param name="Resident">Bytes of the process in RAM.</param>
/// <param name="Handles">Open files and sockets.</param>
internal sealed record Footprint(long Heap, long Resident, int Handles, RelayCounts Counts)
{
    // Not one more peer or message is allowed. Of the heap, what pools and caches keep grows with the busiest moment; that is a few
    // MiB here, and less than what one lost thousandth of the run's traffic would come to. RSS follows the heap's busiest moment,
    // of which the runtime gives back little. Handles: a few sockets of polling threads and event pipes come and go.
    private const long HeapTolerance = 16 << 20;
    private const long ResidentTolerance = 192 << 20;
    private const int HandleTolerance = 16;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<Footprint> TakeAsync(ServerProcess relay, CancellationToken cancellationToken)
    {
        // Twice: the first collection lets finalizers run, which let go of more.
        await ManagedHeap.CollectAsync(relay, cancellationToken);
        var heap = await ManagedHeap.CollectAsync(relay, cancellationToken);
        return new Footprint(heap, relay.ResidentBytes, relay.Handles, await CountsAsync(relay, cancellationToken));
    }

    /// <summary>What the relay's status page says.</summary>
    public static async Task<RelayCounts> CountsAsync(ServerProcess relay, CancellationToken cancellationToken)
    {
        // Of the samples for its charts none are wanted.
        var status = await Http.GetFromJsonAsync<JsonElement>(new Uri(relay.Address, "/status.json?after=9007199254740991"), cancellationToken);
        return status.GetProperty("now").Deserialize<RelayCounts>(JsonSerializerOptions.Web)!;
    }

    /// <summary>What this has more than it had at the start, beyond what is tolerated. Empty if nothing.</summary>
    public IEnumerable<string> GrowthSince(Footprint start)
    {
        if (Counts != start.Counts)
            yield return $"the relay counts {Counts}, and at the start {start.Counts}";
        if (Heap > start.Heap + HeapTolerance)
            yield return $"its objects have {Heap >> 20} MiB, and at the start {start.Heap >> 20} MiB";
        if (Resident > start.Resident + ResidentTolerance)
            yield return $"it has {Resident >> 20} MiB in RAM, and at the start {start.Resident >> 20} MiB";
        if (Handles > start.Handles + HandleTolerance)
            yield return $"it has {Handles} handles, and at the start {start.Handles}";
    }
}
