using System.Collections;
using System.Runtime.InteropServices;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>The relay as <c>dotnet publish</c> makes it for servers, in a folder of its own.</summary>
/// <remarks>What it is built from goes there too: nothing that other tests run is touched.</remarks>
public sealed class PublishedRelay : IAsyncLifetime
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("published-");

    /// <summary>Why there is none here, or null if there is one.</summary>
    public static string? Missing =>
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64
            ? Environment.IsPrivilegedProcess ? InstalledProgram.Missing("setpriv") : null
            : "The program is for linux-x64.";

    /// <summary>What an operator copies to a server.</summary>
    public string Folder => Path.Combine(_scratch.FullName, "relay");

    public IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file));

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
            return;

        // Build servers would outlive the publishing, and keep its output open.
        await using var publish = ProgramProcess.Run(
            "dotnet", new Dictionary<string, string?>(), "publish", Repository.PathOf("Relay.Server"), "-p:PublishProfile=linux-x64",
            $"--artifacts-path={Path.Combine(_scratch.FullName, "build")}", $"-p:PublishDir={Folder}/", "--disable-build-servers");
        if (await publish.WaitForExitAsync() != 0)
            throw new InvalidOperationException(publish.Story());

        MayBeWritten(false);
    }

    /// <summary>Starts it there with no environment at all, as a user who may not write to it.</summary>
    public ProgramProcess Start(params string[] arguments)
    {
        var nothing = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, _ => (string?)null);
        string[] inFolder = ["/bin/sh", "-c", "cd \"$1\" && ! test -w . && shift && exec ./Relay.Server \"$@\"", "sh", Folder, .. arguments];

        // Permissions are nothing to root.
        return Environment.IsPrivilegedProcess
            ? ProgramProcess.Run(InstalledProgram.PathOf("setpriv"), nothing, ["--reuid=65534", "--regid=65534", "--clear-groups", .. inFolder])
            : ProgramProcess.Run(inFolder[0], nothing, inFolder[1..]);
    }

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
            MayBeWritten(true);
        _scratch.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    // By its owner: nobody else ever may, and everybody may read, whoever starts the program.
    private void MayBeWritten(bool yes)
    {
        if (!OperatingSystem.IsLinux())
            return;

        const UnixFileMode Readable =
            UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var folder in new[] { _scratch.FullName, Folder })
            File.SetUnixFileMode(folder, yes ? Readable | UnixFileMode.UserWrite : Readable);
    }
}
