using System.Text.RegularExpressions;
using TestKit;

namespace Relay.Hub.Tests.Admission;

/// <summary>Whoever is refused by a limit learns which setting it was, and where it is documented.</summary>
public sealed partial class RefusalTests
{
    [Fact]
    public void Every_refusal_that_names_a_setting_says_where_it_is_documented()
    {
        var refusals = Directory.EnumerateFiles(Repository.PathOf("Relay.Hub"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Refusal().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .Where(refusal => refusal.Contains("Relay:", StringComparison.Ordinal))
            .ToArray();

        Assert.InRange(refusals.Length, 15, 100);
        Assert.All(refusals, refusal => Assert.Contains("{Refusal.Documented}", refusal, StringComparison.Ordinal));
    }

    // From the call to its semicolon, those in texts left out.
    [GeneratedRegex("""(?:new Refusal|RefuseFault|Ending\.Refused)\((?:"(?:[^"\\]|\\.)*"|[^;"])*;""")]
    private static partial Regex Refusal();
}
