namespace TermChat.Commands.Doctor;

/// <summary>What came of one step.</summary>
/// <param name="Verdict">Whether it is as it should be.</param>
/// <param name="Text">What was seen; where it failed, what to do. One line, perhaps with a server's words in it.</param>
internal sealed record Finding(Verdict Verdict, string Text)
{
    public static Finding Ok(string text) => new(Verdict.Ok, text);

    public static Finding Fail(string text) => new(Verdict.Fail, text);

    public static Finding Skip(string text) => new(Verdict.Skip, text);
}

internal enum Verdict
{
    Ok = 0,
    Fail = 1,
    Skip = 2,
}
