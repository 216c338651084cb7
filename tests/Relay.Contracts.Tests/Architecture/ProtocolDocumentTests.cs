using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using MessagePack;
using TestKit;

namespace Relay.Contracts.Tests.Architecture;

/// <summary>The tables of <c>docs/protocol.md</c> have every value of every message, with its key, name and type.</summary>
public sealed partial class ProtocolDocumentTests
{
    private static readonly string Document = Repository.Read("docs", "protocol.md");

    public static TheoryData<Type> Messages =>
        [.. typeof(PeerId).Assembly.GetExportedTypes().Where(type => type.GetCustomAttribute<MessagePackObjectAttribute>() is not null)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void The_table_of_a_message_is_the_message(Type message)
    {
        var section = Regex.Match(Document, $@"^### {message.Name}\n(?<body>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(section.Success, $"docs/protocol.md has no section for {message.Name}");

        var documented = Row().Matches(section.Groups["body"].Value).Select(row => row.Value);

        var expected = from property in message.GetProperties()
                       let key = property.GetCustomAttribute<KeyAttribute>()!.IntKey!.Value
                       orderby key
                       select $"| {key} | `{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}` | {NameOf(property.PropertyType)} |";
        Assert.Equal(expected, documented);
    }

    [Theory]
    [InlineData(typeof(IRelayHub))]
    [InlineData(typeof(IRelayClient))]
    public void Every_method_is_in_a_table_with_its_argument(Type contract)
    {
        foreach (var method in contract.GetMethods())
        {
            var argument = Assert.Single(method.GetParameters()).ParameterType.Name;
            Assert.Contains($"| `{method.Name}` | [{argument}](#{argument.ToLowerInvariant()}) |", Document, StringComparison.Ordinal);
        }
    }

    private static string NameOf(Type type) => type switch
    {
        _ when type == typeof(int) => "int32",
        _ when type == typeof(long) => "int64",
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "bool",
        _ when type == typeof(ReadOnlyMemory<byte>) || type == typeof(MessageId) => "bytes",
        { IsGenericType: true } => "list of " + NameOf(type.GenericTypeArguments[0]),
        _ => type.Name,
    };

    [GeneratedRegex(@"^\| \d+ \| `\w+` \| [\w ]+ \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
