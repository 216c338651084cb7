namespace Relay.Benchmarks.Measuring;

/// <summary>How much more a server may have after a long run than before it.</summary>
/// <remarks>
/// The two ends of a run, and wide: the heap has pools at another size and the gaps between objects in it. It ended a run of 5,000,000 frames with 10 MB more, of
/// which 2 were objects. <see cref="GrowthCurve"/> judges the objects, and strictly. The memory in RAM is the runtime's own business within wider
/// limits: the garbage collector keeps pages for the next burst, and gives them back when the machine needs them.
/// </remarks>
internal sealed record Growth(long HeapBytes = 16 << 20, long ResidentBytes = 64 << 20, int Handles = 8, int Threads = 8)
{
    /// <summary>For a run that is too short to warm up: its pools are still growing to the size such traffic asks for, and code is still compiled.</summary>
    public static Growth OfColdServer { get; } = new(HeapBytes: 32 << 20, ResidentBytes: 128 << 20, Handles: 32, Threads: 16);

    /// <summary>What has grown beyond it; empty if nothing has.</summary>
    public IReadOnlyList<string> Between(ServerState before, ServerState after)
    {
        var grown = new List<string>();
        void Hold(string what, long was, long now, long allowed)
        {
            if (now - was > allowed)
                grown.Add(FormattableString.Invariant($"{what} grew from {was:#,0} to {now:#,0}; {allowed:#,0} more are allowed"));
        }

        Hold("the managed heap", before.HeapBytes, after.HeapBytes, HeapBytes);
        Hold("the memory in RAM", before.ResidentBytes, after.ResidentBytes, ResidentBytes);
        Hold("the number of handles", before.Handles, after.Handles, Handles);
        Hold("the number of threads", before.Threads, after.Threads, Threads);
        Hold("the number of connections", before.Connections, after.Connections, 0);
        Hold("the number of mailboxes", before.Mailboxes, after.Mailboxes, 0);
        Hold("what mailboxes hold", before.MailboxBytes, after.MailboxBytes, 0);
        return grown;
    }
}
