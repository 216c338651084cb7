using System.Numerics;

namespace Relay.Hub.Mailboxes;

/// <summary>How many ids of lost messages there are in all reports together, and who has the most of them. Any thread; its lock is taken inside that of a <see cref="DropReports"/>.</summary>
/// <remarks>Who has some is kept by how many, in classes that double: the one <see cref="Heaviest"/> finds has more than half of what the heaviest has.</remarks>
/// <param name="bytes">What they may take.</param>
internal sealed class ReportedIds(long bytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<DropReports>[] _classes = [.. Enumerable.Range(0, 32).Select(_ => new LinkedList<DropReports>())];
    private readonly long _capacity = bytes / DropReport.IdCost;
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public bool IsFull => Count >= _capacity;

    /// <summary>Whose ids are to be forgotten first; of several with about as many, who has had so many longest. Null when there are none.</summary>
    public DropReports? Heaviest()
    {
        lock (_gate)
            return _classes.LastOrDefault(one => one.Count > 0)?.First!.Value;
    }

    /// <summary>Ids were added to somebody's reports, or went. Under the lock of those.</summary>
    public void Change(DropReports reports, int before, int now)
    {
        lock (_gate)
        {
            _count += now - before;
            var (from, to) = (reports.Place.List, now == 0 ? null : _classes[BitOperations.Log2((uint)now)]);
            if (from == to)
                return;

            from?.Remove(reports.Place);
            to?.AddLast(reports.Place);
        }
    }
}
