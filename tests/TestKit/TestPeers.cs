using System.Globalization;
using Relay.Contracts;

namespace TestKit;

/// <summary>Peers that no other test has.</summary>
public static class TestPeers
{
    // Test processes may run side by side against one relay.
    private static readonly string Run = Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture);
    private static int _count;

    /// <summary>A PeerId nobody has had before. Its text is distinctive enough to be looked for in a log.</summary>
    /// <param name="name">What to call it in the test, at most 12 characters.</param>
    public static PeerId Next(string name = "peer") =>
        PeerId.Parse(string.Create(CultureInfo.InvariantCulture, $"{name}-{Run}-{Interlocked.Increment(ref _count)}"));
}
