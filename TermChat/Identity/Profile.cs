using System.Diagnostics.CodeAnalysis;
using Relay.Contracts;

namespace TermChat.Identity;

/// <summary>All that makes a person on this machine: the key, the conversations, the settings, in a folder nobody else can look into.</summary>
internal sealed class Profile
{
    public const string DatabaseName = "chat.db";

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly ProfileFolders _folders;
    private ProfileConfig? _config;

    private Profile(ProfileFolders folders) => _folders = folders;

    /// <summary>The folder, complete from the root.</summary>
    public string Directory => _folders.Data;

    public string KeyPath => Path.Combine(Directory, "identity.key");

    public string DatabasePath => Path.Combine(Directory, DatabaseName);

    public string LogPath => Path.Combine(Directory, "termchat.log");

    /// <summary>Held by the process that is online with this profile; see <see cref="ProfileLock"/>.</summary>
    public string LockPath => Path.Combine(Directory, "lock");

    public string ConfigPath => Path.Combine(_folders.Config, "config.json");

    /// <summary>The settings. Read when first asked for, so that what needs none works with a broken file.</summary>
    /// <exception cref="SetupException">The file is wrong; the message says where.</exception>
    public ProfileConfig Config => _config ??= ConfigFile.Read(ConfigPath);

    /// <summary>Opens the profile, and makes its folder when it is not there.</summary>
    /// <param name="directory">The folder; null for the one named in the environment, or the usual one.</param>
    /// <exception cref="SetupException">The folder cannot be used; the message says why.</exception>
    public static Profile Open(string? directory = null) => Open(ProfileFolders.Choose(
        directory, Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify)));

    public static Profile Open(ProfileFolders folders)
    {
        var profile = new Profile(folders);
        try
        {
            if (OperatingSystem.IsWindows())
                System.IO.Directory.CreateDirectory(profile.Directory);
            else
                CreatePrivate(profile.Directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The profile folder {profile.Directory} cannot be made: {failure.Message}", failure);
        }

        return profile;
    }

    /// <summary>The key of this profile; a new one if there is none yet. An existing one is never replaced, whatever is wrong with it.</summary>
    /// <returns>The caller disposes of it.</returns>
    /// <exception cref="SetupException">The file cannot be used; the message says why.</exception>
    public PeerKey LoadOrCreateKey() => KeyFile.LoadOrCreate(KeyPath);

    /// <summary>Whether there is a key already, good or not.</summary>
    public bool HasKey => Path.Exists(KeyPath);

    /// <summary>Claims the profile for this process: only one may be online with it.</summary>
    /// <exception cref="SetupException">The folder cannot be written to.</exception>
    public bool TryLock([NotNullWhen(true)] out ProfileLock? taken) => ProfileLock.TryTake(LockPath, out taken);

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void CreatePrivate(string directory)
    {
        // One that is there already keeps its mode: a person may have meant it, and nothing here is readable for others anyway.
        // But whoever can write into it can put their own key in place of the person's.
        var mode = System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).UnixFileMode;
        if ((mode & OthersWrite) != 0)
            throw new SetupException($"Others can write into the profile folder {directory}, and so replace your key. Forbid it: chmod 700 {ShellWord.Quote(directory)}");
    }
}
