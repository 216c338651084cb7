namespace TestKit;

/// <summary>Programs of the machine that some tests need, and that a fresh clone with nothing but the SDK does without.</summary>
/// <remarks><code>Assert.SkipWhen(InstalledProgram.Missing("nginx") is not null, InstalledProgram.Missing("nginx") ?? "");</code></remarks>
public static class InstalledProgram
{
    // Where Debian puts what users do not start by themselves.
    private static readonly string[] MoreFolders = ["/usr/sbin", "/usr/local/sbin"];

    /// <summary>Why a test that needs the program is left out here, or null if it is not. In CI none is: there <c>.ci/run</c> installs what is needed.</summary>
    public static string? Missing(string name) =>
        Find(name) is not null || Environment.GetEnvironmentVariable("CI") is { Length: > 0 } and not "false"
            ? null
            : $"{name} is not installed here. .ci/run says from which package it comes.";

    /// <summary>The file of a program.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string PathOf(string name) => Find(name) ?? throw new FileNotFoundException($"{name} is not installed.", name);

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(MoreFolders)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
