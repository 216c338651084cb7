using System.Globalization;
using System.Text.RegularExpressions;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>Whoever looks for the test of a requirement finds it by the id in its name.</summary>
public sealed partial class RequirementIdTests
{
    private static readonly string[] Required =
        [.. Repository.Read("tests", "EndToEnd.Tests", "Requirements.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ')[0])];

    private static readonly string[] Named = [.. Tests().SelectMany(IdsIn).Distinct()];

    [Fact]
    public void AcceptedWhen_7_every_requirement_has_a_test_that_names_it() => Assert.Empty(Required.Except(Named));

    [Fact]
    public void No_test_names_a_requirement_there_is_none_of() => Assert.Empty(Named.Except(Required));

    [Theory]
    [InlineData("UC4_6b_replaced_is_final", "UC4-6b")]
    [InlineData("UC4_8a_8b_what_is_sent", "UC4-8a UC4-8b")]
    [InlineData("Always_1_UC4_11a_what", "Always-1 UC4-11a")]
    [InlineData("MainWay_1_and_2_what", "MainWay-1 MainWay-2")]
    [InlineData("MainWay_9_to_11_a_message", "MainWay-9 MainWay-10 MainWay-11")]
    [InlineData("UC4_8a_beyond_1000_the_oldest_go", "UC4-8a")]
    [InlineData("A_peer_always_3_times", "")]
    public void Ids_are_read_from_names(string name, string ids) => Assert.Equal(ids, string.Join(' ', IdsIn(name)));

    private static IEnumerable<string> Tests() =>
        from file in Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
        from Match test in Method().Matches(File.ReadAllText(file))
        select test.Groups["name"].Value;

    private static IEnumerable<string> IdsIn(string name) => Ids().Matches(name).SelectMany(ids =>
    {
        var numbers = ids.Groups["number"].Captures.Select(number => number.Value);
        if (ids.Groups["last"] is { Success: true, Value: var last })
        {
            var first = Number(numbers.Single());
            numbers = Enumerable.Range(first, Number(last) - first + 1).Select(number => number.ToString(CultureInfo.InvariantCulture));
        }

        return numbers.Select(number => $"{ids.Groups["section"]}-{number}");
    });

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[(Fact|Theory)\b.*?\bpublic (async )?(Task|void) (?<name>\w+)\(", RegexOptions.Singleline)]
    private static partial Regex Method();

    [GeneratedRegex(@"(?<section>Before|AfterSuccess|AfterFailure|Always|MainWay|UC4|Variations|AcceptedWhen)_(?<number>\d+[a-z]?)(_to_(?<last>\d+)|(_(and_)?(?<number>\d+[a-z]?))*)(?=_)")]
    private static partial Regex Ids();
}
