namespace Relay.Benchmarks.Servers;

/// <summary>Programs of others, where they are installed.</summary>
internal static class Programs
{
    // Where Debian puts servers, which is not on every user's path.
    private static readonly string[] Beside = ["/usr/sbin", "/usr/local/sbin"];

    /// <returns>The file; null if it is nowhere on the path.</returns>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Beside)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <returns>Why a program cannot take part; null if it can.</returns>
    public static string? Missing(string program, string package) => Find(program) is null
        ? $"{program} is not on the PATH. To compare with it, install it (Debian: apt-get install {package})."
        : null;
}
