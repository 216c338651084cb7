using System.Runtime.InteropServices;

namespace Relay.Benchmarks.Traffic;

/// <summary>Waits for a moment, to within some microseconds where the system can.</summary>
/// <remarks>
/// The timers of .NET are good to a millisecond or two, which is longer than the latencies that are measured with this. For threads
/// that do nothing else: they block.
/// </remarks>
internal static partial class Clock
{
    private const int Monotonic = 1;
    private const int Absolute = 1;
    private const int TimerSlack = 29;

    private static readonly TimeProvider Time = TimeProvider.System;

    public static long Now => Time.GetTimestamp();

    public static long TicksOf(TimeSpan duration) => (long)(duration.TotalSeconds * Time.TimestampFrequency);

    public static TimeSpan Between(long start, long end) => Time.GetElapsedTime(start, end);

    /// <summary>By default Linux adds 50 microseconds to each wait of a thread, to wake several threads at once.</summary>
    public static void BePunctual()
    {
        if (OperatingSystem.IsLinux())
            _ = Prctl(TimerSlack, 1, 0, 0, 0);
    }

    public static void SleepUntil(long timestamp)
    {
        // A timestamp of .NET is CLOCK_MONOTONIC in nanoseconds on Linux.
        if (OperatingSystem.IsLinux() && Time.TimestampFrequency == 1_000_000_000)
        {
            var until = new TimeSpec { Seconds = timestamp / 1_000_000_000, Nanoseconds = timestamp % 1_000_000_000 };
            while (ClockNanosleep(Monotonic, Absolute, in until, 0) != 0)
            {
                // A signal came in between.
            }
        }
        else
        {
            SpinWait.SpinUntil(() => Now >= timestamp);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in TimeSpec request, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
