namespace TermChat.Screens;

/// <summary>What a piece of text is, as far as it changes how it looks. What it says never depends on it: the words and marks do.</summary>
internal enum Tone
{
    Plain = 0,

    /// <summary>What is there when one looks for it: times, paths, lines between parts.</summary>
    Quiet = 1,

    /// <summary>Titles and whatever waits for the person.</summary>
    Strong = 2,

    /// <summary>This side's name.</summary>
    Mine = 3,

    /// <summary>The peer's name.</summary>
    Theirs = 4,

    /// <summary>What the program says about a conversation.</summary>
    Notice = 5,

    /// <summary>It worked.</summary>
    Good = 6,

    /// <summary>It takes longer, or somebody should know.</summary>
    Warning = 7,

    /// <summary>It failed.</summary>
    Bad = 8,

    /// <summary>The open conversation in the list.</summary>
    Chosen = 9,
}
