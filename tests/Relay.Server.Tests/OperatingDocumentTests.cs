using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Relay.Hub;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>The table of settings in <c>docs/operating.md</c> has every setting, with the range and default of the code.</summary>
public sealed class OperatingDocumentTests
{
    private static readonly string[] Rows =
        [.. Repository.Read("docs", "operating.md").Split("\n## ").Single(section => section.StartsWith("Settings\n", StringComparison.Ordinal)).Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    private static readonly object[] Defaults = [new RelayOptions(), new ServerOptions()];

    public static TheoryData<string> Settings => [.. Defaults.SelectMany(options => options.GetType().GetProperties()).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_is_documented_as_it_is(string name)
    {
        var defaults = Defaults.Single(options => options.GetType().GetProperty(name) is not null);
        var property = defaults.GetType().GetProperty(name)!;
        var row = Assert.Single(Rows, row => row.StartsWith($"| `{name}` |", StringComparison.Ordinal));

        var cells = row.Split('|', StringSplitOptions.TrimEntries);

        Assert.Equal(Text(property.GetValue(defaults)), cells[4]);
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            Assert.Equal($"{Text(Limit(range, range.Minimum))} to {Text(Limit(range, range.Maximum))}", cells[3]);
        Assert.NotEqual("", cells[5]);
    }

    [Fact]
    public void No_setting_is_documented_that_is_not_there() =>
        Assert.Empty(Rows.Select(row => row.Split('`')[1]).Where(name => char.IsUpper(name[0])).Except(Settings.Select(setting => setting.Data)));

    private static object Limit(RangeAttribute range, object limit) =>
        range.OperandType == typeof(TimeSpan) ? TimeSpan.Parse((string)limit, CultureInfo.InvariantCulture) : Convert.ToInt64(limit, CultureInfo.InvariantCulture);

    private static string Text(object? value) => value switch
    {
        int or long => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
        TimeSpan { Milliseconds: not 0 } time => time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        "" => "empty",
        string text => $"`{text}`",
        ICollection<string> { Count: 0 } => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "The document has no form for this kind of default yet."),
    };
}
