namespace TestKit;

/// <summary>The files of the repository, for tests that hold documents and code against each other.</summary>
public static class Repository
{
    /// <summary>The folder with the solution, above wherever the tests run.</summary>
    public static string Root { get; } = FindRoot();

    /// <param name="path">Parts of a path below <see cref="Root"/>.</param>
    public static string PathOf(params string[] path) => Path.Combine([Root, .. path]);

    public static string Read(params string[] path) => File.ReadAllText(PathOf(path)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TermChat.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("TermChat.sln is not above the tests' own folder.");
    }
}
