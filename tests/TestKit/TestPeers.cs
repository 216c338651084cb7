using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Relay.Contracts;

namespace TestKit;

/// <summary>Peers that no other test has.</summary>
public static class TestPeers
{
    // Test processes may run side by side against one relay.
    private static readonly string Run = Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture);
    private static readonly ConcurrentDictionary<string, PeerKey> Keys = new(StringComparer.Ordinal);
    private static int _count;

    /// <summary>The key of whom a test calls so: the same name, the same key. Not to be disposed.</summary>
    public static PeerKey Key(string name) =>
        Keys.GetOrAdd(name, static name => PeerKey.Import(SHA256.HashData(Encoding.UTF8.GetBytes("test peer " + name))));

    /// <summary>A name nobody has had before. Its text is distinctive enough to be looked for in a log.</summary>
    /// <param name="name">What to call it in the test, at most 12 characters.</param>
    public static PeerId Next(string name = "peer") =>
        PeerId.Parse(string.Create(CultureInfo.InvariantCulture, $"{name}-{Run}-{Interlocked.Increment(ref _count)}"));
}
