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

    /// <summary>What this has more than it had at the start, beyond what is tolerated. Empty if nothing. Not one more peer or message is.</summary>
    public IEnumerable<string> GrowthSince(Footprint start, FootprintTolerance more)
    {
        if (Counts != start.Counts)
            yield return $"the relay counts {Counts}, and at the start {start.Counts}";
        if (Heap > start.Heap + more.Heap)
            yield return $"its objects have {Heap >> 20} MiB, and at the start {start.Heap >> 20} MiB";
        if (Resident > start.Resident + more.Resident)
            yield return $"it has {Resident >> 20} MiB in RAM, and at the start {start.Resident >> 20} MiB";
        if (Handles > start.Handles + more.Handles)
            yield return $"it has {Handles} handles, and at the start {start.Handles}";
    }
}
