using System.Text.RegularExpressions;

namespace Relay.Server;

/// <summary>Says what the framework finds wrong with a setting in words for operators.</summary>
internal static partial class SettingFault
{
    /// <returns>The framework's own words, if they are others than are known here.</returns>
    public static string Explain(Exception fault)
    {
        if (Unknown().Match(fault.Message) is { Success: true } unknown)
        {
            var names = Name().Matches(unknown.Groups["names"].Value).Select(name => $"{unknown.Groups["section"].Value}:{name.Groups[1].Value}");
            return $"There is no setting {string.Join(", ", names)}. docs/operating.md lists those there are.";
        }

        if (Kind().Match(fault.Message) is not { Success: true } kind)
            return fault.Message;

        var (setting, type) = (kind.Groups["setting"].Value, kind.Groups["type"].Value);
        var wanted = type switch
        {
            "System.TimeSpan" => "a time, such as 00:00:30 or 1.00:00:00",
            "System.Boolean" => "true or false",
            "System.Int32" or "System.Int64" => "a whole number",
            _ when type.Contains("List", StringComparison.Ordinal) => $"a list: its first entry is {setting}:0",
            _ => $"of the type {type}",
        };
        return $"{setting} is {kind.Groups["value"].Value}, but must be {wanted}. docs/operating.md describes this setting.";
    }

    /// <summary>What was wrong in the first place: which line of a file, say.</summary>
    public static string Innermost(Exception failure) => failure.GetBaseException().Message;

    [GeneratedRegex(@"not found on the instance of Relay\.(?:Hub|Server)\.(?<section>\w+)Options: (?<names>.*)$")]
    private static partial Regex Unknown();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Name();

    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<setting>[^']*)' to type '(?<type>.*)'")]
    private static partial Regex Kind();
}
