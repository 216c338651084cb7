namespace TermChat.Commands;

/// <summary>Messages of exceptions as a person reads them.</summary>
internal static class Sentences
{
    /// <summary>What is wrong with an argument, without the parameter's name, which .NET puts behind it for programmers.</summary>
    public static string Sentence(this ArgumentException wrong) =>
        wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);
}
