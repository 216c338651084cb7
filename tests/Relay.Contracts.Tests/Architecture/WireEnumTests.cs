using System.Text.RegularExpressions;
using TestKit;

namespace Relay.Contracts.Tests.Architecture;

/// <summary>Numbers on the wire mean one thing for ever.</summary>
public sealed class WireEnumTests
{
    public static TheoryData<Type> Enums => [.. typeof(PeerId).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory]
    [MemberData(nameof(Enums))]
    public void No_number_has_two_names(Type type)
    {
        var numbers = Enum.GetValuesAsUnderlyingType(type).Cast<int>().ToArray();

        Assert.Equal(numbers.Distinct().Count(), Enum.GetNames(type).Length);
    }

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_number_is_written_in_the_source(Type type)
    {
        // A number that only follows from its place changes when somebody puts a line above it.
        var source = Repository.Read("Relay.Contracts", type.Name + ".cs");

        foreach (var name in Enum.GetNames(type))
            Assert.Matches($@"\b{name} = {(int)Enum.Parse(type, name)},", source);
    }

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_number_is_in_the_protocol_document(Type type)
    {
        var document = Repository.Read("docs", "protocol.md");

        foreach (var name in Enum.GetNames(type))
            Assert.Matches(new Regex($@"^\| {(int)Enum.Parse(type, name)} \| `{name}` \| \S", RegexOptions.Multiline), document);
    }
}
