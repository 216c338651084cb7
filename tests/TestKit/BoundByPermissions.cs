using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>What root runs here meets the permissions of files, as the account of a service does: root otherwise passes them all.</summary>
/// <remarks>Linux only: there each thread has a user of its own for files.</remarks>
public static partial class BoundByPermissions
{
    private const uint Nobody = 65534;

    /// <summary>Runs this on the calling thread. It must not await.</summary>
    public static void Run(Action action)
    {
        var former = SetFileUser(Nobody);
        try
        {
            action();
        }
        finally
        {
            _ = SetFileUser((uint)former);
        }
    }

    // Answers with the user before; without the right to change it, as any other user, nothing changes.
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);
}
