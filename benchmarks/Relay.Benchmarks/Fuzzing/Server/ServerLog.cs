using System.Text.Json;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Reads what a server under fire writes, and keeps what it should not have had to. Any thread.</summary>
internal sealed class ServerLog
{
    private const int MostKept = 1000;

    private readonly Lock _gate = new();
    private readonly List<string> _trouble = [];
    private long _lines;

    /// <summary>All lines.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>Entries of level Error and above, exceptions of any level, and whatever the runtime says when a process ends by a fault.</summary>
    public IReadOnlyList<string> Trouble
    {
        get
        {
            lock (_gate)
                return [.. _trouble];
        }
    }

    /// <summary>Raised for each.</summary>
    public event Action<string>? Found;

    public void Read(string line)
    {
        Interlocked.Increment(ref _lines);
        if (!IsTrouble(line))
            return;

        lock (_gate)
        {
            if (_trouble.Count < MostKept)
                _trouble.Add(line);
        }

        Found?.Invoke(line);
    }

    private static bool IsTrouble(string line)
    {
        if (!line.StartsWith('{'))
            return line.Contains("nhandled exception", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal) || line.Contains("Fatal error", StringComparison.Ordinal);

        try
        {
            using var entry = JsonDocument.Parse(line);
            var level = entry.RootElement.GetProperty("LogLevel").GetString();
            return level is "Error" or "Critical" || (entry.RootElement.TryGetProperty("Exception", out var exception) && exception.GetString() is { Length: > 0 });
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
