namespace TermChat.Identity;

/// <summary>Where a profile lies.</summary>
/// <param name="Data">The folder of the key, the conversations and the log.</param>
/// <param name="Config">The folder of the config file. The same one if a person named it; the usual place for settings if not.</param>
internal sealed record ProfileFolders(string Data, string Config)
{
    /// <summary>Names the profile's folder; an option of the command line comes before it.</summary>
    public const string Variable = "TERMCHAT_PROFILE";

    private const string Name = "termchat";

    /// <summary>Decides by what was asked for, the environment, and the custom of the system. Looks at no disk.</summary>
    /// <param name="directory">What a person asked for; null if they did not.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="home">The person's home folder; empty if they have none.</param>
    /// <exception cref="SetupException">There is no such place.</exception>
    public static ProfileFolders Choose(string? directory, Func<string, string?> variable, string home)
    {
        if (FirstText(directory, variable(Variable)) is { } named)
        {
            var folder = Path.GetFullPath(named);
            return new ProfileFolders(folder, folder);
        }

        if (OperatingSystem.IsWindows())
        {
            // Local, not roaming: a database that is in use cannot follow its person from machine to machine.
            var local = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
            return new ProfileFolders(local, local);
        }

        return new ProfileFolders(
            Xdg(variable("XDG_DATA_HOME"), home, ".local", "share"),
            Xdg(variable("XDG_CONFIG_HOME"), home, ".config"));
    }

    private static string Xdg(string? named, string home, params string[] usual)
    {
        // The convention says to ignore a relative path: it would mean another folder wherever one stands.
        if (!string.IsNullOrEmpty(named) && Path.IsPathRooted(named))
            return Path.Combine(named, Name);
        if (!Path.IsPathRooted(home))
            throw new SetupException($"There is no home folder to keep a profile in. Name a folder: --profile DIR, or {Variable}.");
        return Path.Combine([home, .. usual, Name]);
    }

    private static string? FirstText(string? one, string? other) =>
        !string.IsNullOrWhiteSpace(one) ? one : !string.IsNullOrWhiteSpace(other) ? other : null;
}
