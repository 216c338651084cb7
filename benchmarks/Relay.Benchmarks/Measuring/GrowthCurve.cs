namespace Relay.Benchmarks.Measuring;

/// <summary>What a server has at several moments of one long run, with nothing under way at any of them: whether it still grows, or only has grown.</summary>
/// <remarks>
/// Judged is the second half. Strings are left out: the relay remembers the texts of up to 100,000 PeerIds for the rate of their registrations,
/// and how many of them just now depends on the minute. Whatever is kept for a connection, a peer or a message has more to it than a string. Each type is judged alone,
/// so that what a leak leaves is not lost in what all others come and go by.
/// </remarks>
/// <param name="unit">What is counted between them: frames.</param>
internal sealed class GrowthCurve(string unit)
{
    private const int Most = 8;
    private const int TypesShown = 6;
    private const string Text = "System.String";

    // From one look to the next some hundred of a type come and go: pooled buffers, what each thread of the pool has, samples of the status page until they are
    // those of a quarter of an hour. One object for each hundredth peer of the leak run is as many.
    private const long MoreObjects = 1_000;

    // Buffers come and go by 10 MB, with the threads that keep some; a table doubles: the 250,000 or 500,000 PeerIds that ever registered take 5 MB more then.
    private const long MoreBytes = 16 << 20;

    private readonly List<(long Done, ServerState State)> _points = [];

    public bool IsEmpty => _points.Count == 0;

    /// <summary>Whether there are enough points to judge by.</summary>
    public bool IsLong => _points.Count > Most;

    public ServerState First => _points[0].State;

    public ServerState Last => _points[^1].State;

    /// <summary>When to look: at so many parts of the whole, if they are not too small. The last is the whole.</summary>
    public static IEnumerable<long> Points(long all, long leastBetween)
    {
        var parts = Math.Clamp(all / leastBetween, 1, Most);
        return Enumerable.Range(1, (int)parts).Select(part => all * part / parts);
    }

    /// <param name="done">How much was done before it, of what is to be compared; the first is the state behind the warm-up.</param>
    public void Add(long done, ServerState state) => _points.Add((done, state));

    /// <summary>The types of which there were more and more in the second half, beyond what comes and goes. Empty if there are none, or too few points to tell.</summary>
    public IReadOnlyList<string> Findings()
    {
        var found = new List<string>();
        if (!IsLong)
            return found;

        foreach (var (type, _) in Last.Objects.ByType.Where(type => type.Key != Text))
        {
            var (objects, bytes) = (Rise(type, total => total.Count), Rise(type, total => total.Bytes));
            if (objects > MoreObjects || bytes > MoreBytes)
            {
                found.Add(FormattableString.Invariant(
                    $"there are ever more {type}: {objects:#,0} and {bytes:#,0} bytes in the second half; {MoreObjects:#,0} and {MoreBytes:#,0} bytes are allowed"));
            }
        }

        return found;
    }

    /// <summary>The rows of a table: the points, and which types differ most between the middle and the end.</summary>
    public IEnumerable<(string Name, string Value)> Rows() =>
    [
        .. _points.Select(point => ($"- behind {point.Done:#,0} {unit}", Words(point.State))),
        .. Last.Objects.Since(_points[_points.Count / 2].State.Objects).Take(TypesShown)
            .Select(type => ($"- {type.Name}, since the middle", $"{type.More.Count:+#,0;-#,0;0} objects, {type.More.Bytes:+#,0;-#,0;0} bytes")),
    ];

    private IEnumerable<(long Done, ServerState State)> SecondHalf => _points.Skip(_points.Count / 2);

    private static string Words(ServerState state) =>
        $"{state.Objects.Total.Count:#,0} objects, {state.Objects.Total.Bytes / 1e6:0.0} MB; heap {state.HeapBytes / 1e6:0.0} MB; " +
        $"{state.ResidentBytes / 1e6:0} MB in RAM; {state.Handles} handles, {state.Threads} threads";

    /// <summary>From the middle to the end, by the median of the slopes between any two points (Theil and Sen): a single odd one does not tip it.</summary>
    private double Rise(string type, Func<ObjectTotal, long> part)
    {
        (long Done, long Value)[] points = [.. SecondHalf.Select(point => (point.Done, part(point.State.Objects.ByType.GetValueOrDefault(type))))];
        double[] slopes =
        [
            .. from first in points
               from second in points
               where second.Done > first.Done
               let slope = (double)(second.Value - first.Value) / (second.Done - first.Done)
               orderby slope
               select slope,
        ];
        return slopes.Length == 0 ? 0 : (slopes[(slopes.Length - 1) / 2] + slopes[slopes.Length / 2]) / 2 * (points[^1].Done - points[0].Done);
    }
}
