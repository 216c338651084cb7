namespace TermChat.Screens;

/// <summary>The small signs of the screen. Each is one cell wide or a few, and there is a set for terminals that know only ASCII.</summary>
internal sealed record Marks
{
    public static readonly Marks Unicode = new()
    {
        Waiting = "…",
        Sent = "✓",
        Delivered = "✓✓",
        Failed = "✗",
        Prompt = "›",
        Chosen = "›",
        Across = "─",
        Down = "│",
        Ellipsis = "…",
        NewLine = "↵",
        Between = "·",
        Below = "↓",
        Above = "↑",
    };

    public static readonly Marks Ascii = new()
    {
        Waiting = "..",
        Sent = "+",
        Delivered = "++",
        Failed = "x",
        Prompt = ">",
        Chosen = ">",
        Across = "-",
        Down = "|",
        Ellipsis = "..",
        NewLine = "\\",
        Between = "-",
        Below = "v",
        Above = "^",
    };

    public required string Waiting { get; init; }

    public required string Sent { get; init; }

    public required string Delivered { get; init; }

    public required string Failed { get; init; }

    public required string Prompt { get; init; }

    public required string Chosen { get; init; }

    /// <summary>A line across is made of these.</summary>
    public required string Across { get; init; }

    /// <summary>A line down is made of these.</summary>
    public required string Down { get; init; }

    public required string Ellipsis { get; init; }

    /// <summary>Stands for a line break where text is on one row.</summary>
    public required string NewLine { get; init; }

    /// <summary>Between two short facts.</summary>
    public required string Between { get; init; }

    public required string Below { get; init; }

    public required string Above { get; init; }
}
