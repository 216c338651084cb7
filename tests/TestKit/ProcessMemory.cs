using System.Globalization;

namespace TestKit;

/// <summary>What a running process has in its memory, on Linux, for whoever may look.</summary>
public static class ProcessMemory
{
    private const int Chunk = 1 << 20;

    /// <summary>The bytes of memory a process has in use, as the operating system counts them.</summary>
    public static long Resident(ProgramProcess process) => Bytes(process, "VmRSS:");

    /// <summary>The most of it there ever was.</summary>
    public static long Peak(ProgramProcess process) => Bytes(process, "VmHWM:");

    /// <summary>Why the memory of a process cannot be read here; null if it can.</summary>
    public static string? Unavailable(ProgramProcess process)
    {
        if (!OperatingSystem.IsLinux())
            return "The memory of another process is read by way of /proc, which only Linux has.";

        try
        {
            _ = Holds(process, ["no such text"u8.ToArray()]);
            return null;
        }
        catch (Exception forbidden) when (forbidden is UnauthorizedAccessException or IOException)
        {
            return $"The memory of another process cannot be read here: {forbidden.Message}";
        }
    }

    /// <summary>Looks for byte strings in everything the process can read itself.</summary>
    /// <returns>For each whether it is there, anywhere.</returns>
    /// <remarks>Let the process stand still meanwhile (<see cref="ProgramProcess.Suspend"/>), or what it moves can be overlooked.</remarks>
    public static bool[] Holds(ProgramProcess process, IReadOnlyList<byte[]> wanted)
    {
        var found = new bool[wanted.Count];
        var overlap = wanted.Max(bytes => bytes.Length) - 1;
        var buffer = new byte[Chunk + overlap];
        var read = 0L;
        using var memory = new FileStream($"/proc/{process.Id}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        foreach (var (start, end) in Readable(process))
        {
            // The last bytes of a piece stand before the next one, for what lies across both.
            var kept = 0;
            for (var at = start; at < end;)
            {
                int count;
                try
                {
                    count = RandomAccess.Read(memory.SafeFileHandle, buffer.AsSpan(kept, (int)Math.Min(Chunk, end - at)), at);
                }
                catch (IOException)
                {
                    // Pages without anything behind them, such as the end of a mapped file.
                    break;
                }

                if (count == 0)
                    break;
                read += count;
                var bytes = buffer.AsSpan(0, kept + count);
                for (var i = 0; i < found.Length; i++)
                    found[i] |= bytes.IndexOf(wanted[i]) >= 0;
                kept = Math.Min(overlap, bytes.Length);
                bytes[^kept..].CopyTo(buffer);
                at += count;
            }
        }

        return read > 0 ? found : throw new IOException("Nothing of it can be read.");
    }

    private static long Bytes(ProgramProcess process, string name)
    {
        // "VmRSS:	   98765 kB"
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length, line.Length - name.Length - 2).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }

    private static IEnumerable<(long Start, long End)> Readable(ProgramProcess process)
    {
        foreach (var line in File.ReadAllLines($"/proc/{process.Id}/maps"))
        {
            // "7f0c0a000000-7f0c0a021000 rw-p 00000000 00:00 0   [heap]"
            var parts = line.Split(' ', 3);
            if (parts[1][0] != 'r' || line.EndsWith("[vvar]", StringComparison.Ordinal) || line.EndsWith("[vsyscall]", StringComparison.Ordinal))
                continue;

            var range = parts[0].Split('-');
            yield return (Address(range[0]), Address(range[1]));
        }
    }

    private static long Address(string hexadecimal) => long.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
