namespace Relay.Benchmarks.Measuring;

/// <summary>How much more a server may have after a long run than before it.</summary>
/// <remarks>
/// The objects are the measure: 5,000,000 of anything that leaves eight bytes behind are 40 MB. What is allowed there is what a runtime adds by
/// itself in some minutes: code compiled again, tables of types, pools at another size - runs of the fuzzing ended between 38 and 43 MB, that of
/// 5,000,000 frames in the middle. The memory in RAM is the runtime's own business within wider
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
