using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>Signals to processes, by the numbers that Linux and macOS share where they can.</summary>
public static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    public static void Send(Process process, int signal)
    {
        // A Process object keeps its id from being given to another process until it is disposed, and HasExited notices
        // an end; so the signal cannot reach a stranger.
        if (!process.HasExited)
            _ = SendSignal(process.Id, signal);
    }

    /// <summary>How to start a program so that it hears signals.</summary>
    /// <remarks>
    /// A shell starts what it runs in the background with SIGINT ignored, and everything started from there inherits
    /// it: a test of Ctrl+C would then wait for ever. <c>env</c> undoes it and becomes the program, under the same id.
    /// </remarks>
    public static ProcessStartInfo Heard(string file, string[] arguments) => IgnoresInterrupt
        ? new ProcessStartInfo("env", ["--default-signal=INT", file, .. arguments])
        : new ProcessStartInfo(file, arguments);

    private static readonly bool IgnoresInterrupt = OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } ignored
        && (ulong.Parse(ignored.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1 << (Interrupt - 1))) != 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
