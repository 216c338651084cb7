namespace Relay.Server;

/// <summary>Settings that are secret come as files from a service manager: command lines and environments can be read by others.</summary>
internal static class Secrets
{
    /// <remarks>systemd says by this variable where it has put what <c>LoadCredential</c> names. A file <c>Server__AdminKey</c> is the setting <c>Server:AdminKey</c>.</remarks>
    private const string Folder = "CREDENTIALS_DIRECTORY";

    public static void AddFromServiceManager(ConfigurationManager configuration)
    {
        if (Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder)
            configuration.AddKeyPerFile(folder, optional: true);
    }
}
