using System.Text.RegularExpressions;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Whoever is refused, or reads a line of the log, finds a page that says what to do.</summary>
public sealed partial class TroublesDocumentTests
{
    private static readonly string Index = Repository.Read("docs", "troubles", "README.md");

    [Fact]
    public void Every_code_of_a_refusal_has_a_page_that_speaks_of_it()
    {
        var rows = Row().Matches(Index).Select(row => (int.Parse(row.Groups[1].ValueSpan, null), row.Groups[2].Value, row.Groups[3].Value)).ToArray();

        Assert.Equal(
            Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None).Select(code => ((int)code, $"{code}")),
            rows.Select(row => (row.Item1, row.Item2)));
        Assert.All(rows, row => Assert.Matches($@"\b{row.Item1}\b|`{row.Item2}`", Repository.Read("docs", "troubles", row.Item3)));
    }

    [Fact]
    public void Every_page_is_in_the_index_and_every_one_there_exists()
    {
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "troubles"), "*.md").Select(Path.GetFileName).Where(name => name != "README.md");

        Assert.Equal(pages.Order(), Link().Matches(Index).Select(link => link.Groups[1].Value).Distinct().Order());
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \| \[[\w-]+\.md\]\(([\w-]+\.md)\) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(([\w-]+\.md)\)")]
    private static partial Regex Link();
}
