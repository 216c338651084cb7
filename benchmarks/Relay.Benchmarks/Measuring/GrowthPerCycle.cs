namespace Relay.Benchmarks.Measuring;

/// <summary>What a server may keep of each cycle of a run that is too short for <see cref="GrowthCurve"/>: of its objects nothing, and of what comes and goes by itself little enough to see that.</summary>
/// <remarks>
/// Judged are the objects of each type alone, before and after. Runs of 1,500 cycles behind 500 to warm up ended with at most 100 more of a type and 75,000 bytes, a
/// twentieth of what is allowed; text apart, of which the table of PeerIds that registered keeps 2,000.
/// </remarks>
internal static class GrowthPerCycle
{
    private const string Text = "System.String";

    // Whatever is kept for each fourth cycle is found.
    private const double MoreObjects = 0.25;

    // The names of three in four, and of those that two in five write to: 1.35 as yet. One text more for each is found.
    private const double MoreTexts = 1.75;

    // Tables of what is remembered double; buffers come and go.
    private const double MoreBytes = 500;

    /// <summary>The types of which a cycle left more than it may. Empty if there are none.</summary>
    public static IReadOnlyList<string> Findings(long cycles, LiveObjects before, LiveObjects after) =>
    [
        .. from type in after.Since(before)
           let objects = type.Name == Text ? MoreTexts : MoreObjects
           where type.More.Count > objects * cycles || type.More.Bytes > MoreBytes * cycles
           select FormattableString.Invariant(
               $"{cycles:#,0} cycles left {type.More.Count:#,0} {type.Name} of {type.More.Bytes:#,0} bytes; {objects} and {MoreBytes} bytes a cycle are allowed"),
    ];
}
