using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace TermChat.Identity;

/// <summary>What .NET has no words for: names that appear whole and stay, and files that are private from their first moment.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class Posix
{
    private const int AlreadyExists = 17;
    private const short Error = 8;
    private const short HangUp = 16;
    private const UnixFileMode Others = (UnixFileMode)0b111_111;

    /// <summary>Gives a file a second name, unless something has that name already. No moment in between, and no two winners.</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">It could not be done at all.</exception>
    public static bool TryLink(string file, string name)
    {
        if (Link(file, name) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == AlreadyExists ? false : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Makes the names in a folder survive a loss of power.</summary>
    public static void FlushFolder(string folder)
    {
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
            return;

        // Some file systems cannot do this for folders. The file's own contents are safe by then, so it is no failure.
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>From now on nothing this process makes is for others: database, log, whatever a library writes.</summary>
    public static void KeepNewFilesPrivate() => _ = SetMask((uint)Others);

    /// <summary>Whether nobody can read any more what is written to this descriptor. A pipe says so without being written to.</summary>
    public static bool HasNoReader(int descriptor)
    {
        var asked = new Polled { Descriptor = descriptor };
        return Poll(ref asked, 1, timeout: 0) > 0 && (asked.Happened & (Error | HangUp)) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref Polled asked, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    /// <summary>The C library's <c>pollfd</c>.</summary>
    private struct Polled
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
