namespace TermChat.Conversations;

/// <summary>How long until something, as people say it.</summary>
internal static class PauseText
{
    /// <summary>Rounded up: whoever has waited for so long finds that it has happened.</summary>
    public static string Of(TimeSpan pause) => pause <= TimeSpan.FromMinutes(2)
        ? $"{Math.Ceiling(pause.TotalSeconds)} s"
        : $"{Math.Ceiling(pause.TotalMinutes)} min";
}
