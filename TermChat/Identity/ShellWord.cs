namespace TermChat.Identity;

/// <summary>Words of commands that a person is told to run.</summary>
internal static class ShellWord
{
    /// <summary>The text as one word of a POSIX shell; left alone when it needs no quotes.</summary>
    public static string Quote(string text) => text.Length > 0 && text.All(IsPlain) ? text : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '.' or '_' or '-' or '+' or ':' or '@' or ',';
}
