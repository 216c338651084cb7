namespace TermChat.Screens;

/// <summary>How the full-screen client shows itself.</summary>
internal sealed record ScreenOptions
{
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>False: bold, dim and reversed text only.</summary>
    public bool Color { get; init; } = true;

    /// <summary>False: ASCII only, for terminals that expect another encoding than UTF-8.</summary>
    public bool Unicode { get; init; } = true;

    /// <summary>What the environment says about the terminal.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static ScreenOptions From(Func<string, string?> variable) => new()
    {
        // https://no-color.org: any value, unless it is empty.
        Color = string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") is not ("dumb" or "vt100" or "vt220"),
        Unicode = SpeaksUnicode(variable),
    };

    private static bool SpeaksUnicode(Func<string, string?> variable)
    {
        var terminal = variable("TERM");
        if (terminal is "dumb" or "linux" || terminal?.StartsWith("vt", StringComparison.Ordinal) == true)
            return false;

        // The first that is set decides. With none set nobody has said anything, and terminals of today speak UTF-8.
        var locale = LocaleVariables.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is null
            || locale.Contains("utf-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
