using System.Globalization;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Reporting;

/// <summary>A report as a page for people and as JSON, both named by the day.</summary>
internal static class ReportFile
{
    public static void Write(DirectoryInfo folder, Figures figures, string notes, Action<string> say)
    {
        folder.Create();
        var name = Path.Combine(folder.FullName, TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        using (var page = new StreamWriter(name + ".md"))
        {
            page.NewLine = "\n";
            Write(page, figures, notes);
        }

        JsonFile.Write(name + ".json", figures);
        say($"Written: {name}.md and {name}.json");
    }

    public static void Write(TextWriter page, Figures figures, string notes)
    {
        page.WriteLine("# What a message costs");
        page.WriteLine();
        page.WriteLine(Machine.Describe());
        page.WriteLine();
        page.WriteLine("Made by `dotnet run -c Release --project benchmarks/Relay.Benchmarks -- report`; what is measured, and how, is in the README beside the");
        page.WriteLine("program. Read ratios and allocations: the other figures are this machine's. Senders and recipients run on the same cores.");
        page.WriteLine();
        page.WriteLine("## Targets");
        page.WriteLine();
        page.WriteLine("Ratios are the relay's figure divided by the other's, round by round.");
        page.WriteLine();
        Targets.Write(page, figures);
        page.Write(notes.ReplaceLineEndings("\n"));
        page.WriteLine("## Figures");
        page.WriteLine();
        MarkdownTables.Write(page, figures);
    }
}
