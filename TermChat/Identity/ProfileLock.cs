using System.Diagnostics.CodeAnalysis;

namespace TermChat.Identity;

/// <summary>The right to be online with a profile. Two connections with one PeerId would take turns at the relay, each throwing out the other.</summary>
/// <remarks>The operating system holds it, and lets go when the process ends in whatever way. The file stays and means nothing.</remarks>
internal sealed class ProfileLock : IDisposable
{
    private readonly FileStream _file;

    private ProfileLock(FileStream file) => _file = file;

    /// <returns>False when another holds it, in this process or in another.</returns>
    /// <exception cref="SetupException">The file cannot be made or opened.</exception>
    public static bool TryTake(string path, [NotNullWhen(true)] out ProfileLock? taken)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        try
        {
            taken = new ProfileLock(new FileStream(path, options));
            return true;
        }
        catch (IOException held) when (IsHeld(held))
        {
            taken = null;
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The profile cannot be locked: {failure.Message}", failure);
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK of Linux and of the BSDs, and Windows' sharing violation; nothing else tells it from a full disk.
    private static bool IsHeld(IOException failure) =>
        failure.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsLinux() ? 11 : 35);
}
