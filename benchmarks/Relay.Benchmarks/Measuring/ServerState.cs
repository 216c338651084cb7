using System.Globalization;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>What a server has at a moment when nothing happens, its garbage collected. Linux only: it looks into /proc.</summary>
/// <param name="ResidentBytes">Memory in RAM.</param>
/// <param name="HeapBytes">What its objects have, and the gaps between them.</param>
/// <param name="Objects">What is alive.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Threads">Threads of the operating system.</param>
/// <param name="Connections">The relay's own count of its sessions, registered or not.</param>
/// <param name="Mailboxes">Peers the relay knows.</param>
/// <param name="MailboxBytes">What its mailboxes hold.</param>
internal sealed record ServerState(long ResidentBytes, long HeapBytes, LiveObjects Objects, int Handles, int Threads, long Connections, long Mailboxes, long MailboxBytes)
{
    // One does not find everything: what a finalizer frees, and buffers that are let go of only when they were not used between two collections.
    private const int Collections = 4;

    private static readonly HttpClient Http = new();

    public static async Task<ServerState> ReadAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var heap = long.MaxValue;
        for (var i = 0; i < Collections; i++)
            heap = Math.Min(heap, await ManagedHeap.CollectAsync(server, cancellationToken));

        var metrics = await Http.GetStringAsync(new Uri(server.Address, "/metrics"), cancellationToken);
        return new ServerState(
            server.ResidentBytes, heap, await LiveObjects.ReadAsync(server, cancellationToken), server.Handles, Directory.GetFileSystemEntries($"/proc/{server.Id}/task").Length,
            Sum(metrics, "termchat_relay_sessions"), Sum(metrics, "termchat_relay_mailboxes"), Sum(metrics, "termchat_relay_mailbox_bytes"));
    }

    /// <summary>Waits until the relay knows only so many sessions and mailboxes, or for as long as it may take.</summary>
    public static async Task SettleAsync(ServerProcess server, long sessions, long mailboxes, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < patience)
        {
            var metrics = await Http.GetStringAsync(new Uri(server.Address, "/metrics"), cancellationToken);
            if (Sum(metrics, "termchat_relay_sessions") <= sessions && Sum(metrics, "termchat_relay_mailboxes") <= mailboxes)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>The rows of a table.</summary>
    public static IEnumerable<(string Name, string Value)> Compare(ServerState before, ServerState after)
    {
        yield return ("managed heap after a collection, before and after", $"{before.HeapBytes / 1e6:0.0} MB, {after.HeapBytes / 1e6:0.0} MB");
        yield return ("- of that objects", $"{before.Objects.Total.Bytes / 1e6:0.0} MB, {after.Objects.Total.Bytes / 1e6:0.0} MB; {before.Objects.Total.Count:#,0}, {after.Objects.Total.Count:#,0}");
        yield return ("memory in RAM", $"{before.ResidentBytes / 1e6:0.0} MB, {after.ResidentBytes / 1e6:0.0} MB");
        yield return ("handles", $"{before.Handles}, {after.Handles}");
        yield return ("threads", $"{before.Threads}, {after.Threads}");
        yield return ("connections", $"{before.Connections}, {after.Connections}");
        yield return ("mailboxes", $"{before.Mailboxes}, {after.Mailboxes}; {before.MailboxBytes:#,0} bytes, {after.MailboxBytes:#,0} bytes");
    }

    private static long Sum(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        .Sum(line => (long)double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
}
