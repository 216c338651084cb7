namespace TestKit;

/// <summary>Text that people have read and approved, in a file beside the tests. What differs from it is a decision, not an accident.</summary>
public static class Approved
{
    /// <summary>Compares with the approved file. On a difference, what was received is written beside it.</summary>
    /// <param name="path">The approved file, below the repository's root.</param>
    /// <exception cref="ApprovalException">They differ, or nothing was approved yet.</exception>
    public static void Matches(string received, params string[] path)
    {
        var approvedFile = Repository.PathOf(path);
        var receivedFile = approvedFile + ".received";
        received = received.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        if (received == approved)
        {
            File.Delete(receivedFile);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(receivedFile)!);
        File.WriteAllText(receivedFile, received);
        throw new ApprovalException(
            $"{string.Join('/', path)} does not say this any more.\n{FirstDifference(approved, received)}\n" +
            $"Compare it with {string.Join('/', path)}.received. If the change is meant, move the received file over the approved one and commit it: " +
            "users and other clients see this change.");
    }

    private static string FirstDifference(string approved, string received)
    {
        var (before, after) = (approved.Split('\n'), received.Split('\n'));
        var line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {line + 1} was: {before.ElementAtOrDefault(line) ?? "(the end)"}\nand is now:  {after.ElementAtOrDefault(line) ?? "(the end)"}";
    }
}
