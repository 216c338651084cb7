using Relay.Benchmarks.Fuzzing.Frames;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>How many frames were read, by what was wrong with them. Any thread.</summary>
/// <param name="until">When it is enough at the latest.</param>
internal sealed class FrameCount(long until)
{
    private readonly long[] _byKind = new long[Enum.GetValues<Kind>().Length];
    private long _connections;
    private long _closed;
    private long _unread;
    private long _all;
    private long _wanted;

    public bool IsEnough => All >= Interlocked.Read(ref _wanted) || TimeProvider.System.GetTimestamp() >= until;

    /// <summary>All that were read for sure.</summary>
    public long All => Interlocked.Read(ref _all);

    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Connections that a frame within a group ended.</summary>
    public long ClosedWithin => Interlocked.Read(ref _closed);

    /// <summary>Frames sent that nobody can say were read: behind one that ended the connection.</summary>
    public long Unknown => Interlocked.Read(ref _unread);

    /// <summary>So many are enough from here on.</summary>
    public void Want(long frames) => Interlocked.Exchange(ref _wanted, frames);

    public long NextConnection() => Interlocked.Increment(ref _connections);

    public long Of(Kind kind) => Interlocked.Read(ref _byKind[(int)kind]);

    public void Read(Kind kind)
    {
        Interlocked.Increment(ref _byKind[(int)kind]);
        Interlocked.Increment(ref _all);
    }

    public void Read(IReadOnlyList<Frame> frames)
    {
        foreach (var frame in frames)
            Interlocked.Increment(ref _byKind[(int)frame.Kind]);
        Interlocked.Add(ref _all, frames.Count);
    }

    /// <summary>One of these ended the connection: that one was read.</summary>
    public void Closed(IReadOnlyList<Frame> frames)
    {
        Interlocked.Increment(ref _closed);
        Interlocked.Increment(ref _all);
        Interlocked.Add(ref _unread, frames.Count - 1);
    }

    /// <summary>The rows of a table, by kind.</summary>
    public IEnumerable<(string Name, string Value)> Rows() =>
    [
        .. Enum.GetValues<Kind>().Where(kind => Of(kind) > 0).Select(kind => ($"- {Words(kind)}", $"{Of(kind):#,0}")),
        ("- one of a group, which ended its connection", $"{ClosedWithin:#,0}"),
        ("sent behind those, not counted", $"{Unknown:#,0}"),
    ];

    private static string Words(Kind kind) =>
        string.Concat(kind.ToString().Select((letter, i) => char.IsUpper(letter) && i > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
