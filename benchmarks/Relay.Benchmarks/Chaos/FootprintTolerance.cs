namespace Relay.Benchmarks.Chaos;

/// <summary>How much more a relay may have at the end of a run than at its start.</summary>
internal sealed record FootprintTolerance(long Heap, long Resident, int Handles)
{
    /// <summary>Of two processes, one of which has lived through more than the other.</summary>
    /// <remarks>
    /// Of the heap, what pools and caches keep grows with the busiest moment; that is a few
    /// MiB here, and less than what one lost thousandth of the run's traffic would come to. RSS follows the heap's busiest moment,
    /// of which the runtime gives back little. Handles: a few sockets of polling threads and event pipes come and go.
    /// </remarks>
    public static FootprintTolerance OfAnotherProcess { get; } = new(Heap: 16 << 20, Resident: 192 << 20, Handles: 16);

    /// <summary>Of one process.</summary>
    /// <remarks>Twice what three runs of 20 s with 40 peers came to: 2.4, 2.8 and 3.9 MiB of objects, 46, 50 and 46 of RSS, and no handle.</remarks>
    public static FootprintTolerance OfTheSame { get; } = new(Heap: 8 << 20, Resident: 96 << 20, Handles: 4);
}
