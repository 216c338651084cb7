using System.Runtime.Versioning;
using System.Security.Cryptography;
using Relay.Contracts;

namespace TermChat.Identity;

/// <summary>The file with a profile's private key. Made once, private from its first moment, and never written to again.</summary>
internal static class KeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="SetupException">The file cannot be used; the message says why.</exception>
    public static PeerKey LoadOrCreate(string path)
    {
        if (!Path.Exists(path))
            Create(path);

        // Read in any case: if two processes start at once, both go on with the key of the faster one.
        return Load(path);
    }

    private static void Create(string path)
    {
        // Under another name until all of it is on the disk, so that whoever finds the key finds it whole.
        var draft = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            try
            {
                Write(draft);
                if (OperatingSystem.IsWindows())
                    Publish(draft, path);
                else
                    PublishAndKeep(draft, path);
            }
            finally
            {
                File.Delete(draft);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"Your key could not be made: {failure.Message.TrimEnd('.')}. It would be in {path}; nothing is there now.", failure);
        }
    }

    private static void Write(string draft)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        using var file = new FileStream(draft, options);
        using var key = PeerKey.Generate();
        var text = KeyText.Write(key);
        try
        {
            file.Write(text);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void Publish(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Another process was faster; its key counts.
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void PublishAndKeep(string draft, string path)
    {
        // Not File.Move: it looks first and renames then, and in between another process may have put its key there.
        if (Posix.TryLink(draft, path))
            Posix.FlushFolder(Path.GetDirectoryName(path)!);
    }

    private static PeerKey Load(string path)
    {
        if (Directory.Exists(path))
            throw new SetupException($"Your key should be in {path}, but that is a folder. Move it away.");

        // Room for one byte more than a key file has, so that a longer file shows.
        var text = GC.AllocateArray<byte>(KeyText.MaxLength + 1, pinned: true);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0 });
            if (!OperatingSystem.IsWindows())
                RefuseIfOpenToOthers(file, path);
            var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return KeyText.Read(text.AsSpan(0, length));
        }
        catch (FormatException wrong)
        {
            throw new SetupException(
                $"The key file {path} cannot be used: {wrong.Message} It is not replaced, because without it nobody can be you again. " +
                "Put back a copy of it; or move it away, and the next start makes a new identity with another PeerId.", wrong);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The key file {path} cannot be read: {failure.Message}", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void RefuseIfOpenToOthers(FileStream file, string path)
    {
        // Of the open file, not of the path: what is read below is what was looked at.
        var mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new SetupException(
                $"The key file {path} is open to others (mode {Convert.ToString((int)mode, 8)}): they may have copied your key. " +
                $"Close it: chmod 600 {ShellWord.Quote(path)}");
        }
    }
}
