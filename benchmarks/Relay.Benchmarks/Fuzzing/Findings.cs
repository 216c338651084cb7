using System.Globalization;
using Relay.Benchmarks.Fuzzing.Server;

namespace Relay.Benchmarks.Fuzzing;

/// <summary>Keeps what to play again when something was found.</summary>
internal static class Findings
{
    /// <summary>Writes what was found, and what every connection had been sent by then: one of them did it.</summary>
    public static void Save(DirectoryInfo folder, int seed, int number, string trouble, IEnumerable<SavedFrames> suspects)
    {
        folder.Create();
        var name = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}-finding-{number}"));
        File.WriteAllText(name + ".txt", trouble + "\n");
        var suspect = 0;
        foreach (var frames in suspects)
            frames.Write(string.Create(CultureInfo.InvariantCulture, $"{name}-{++suspect}.hex"));
    }
}
