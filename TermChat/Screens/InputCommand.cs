namespace TermChat.Screens;

/// <summary>What a person asked for by the text they entered.</summary>
internal abstract record InputCommand
{
    private InputCommand()
    {
    }

    /// <summary>A message for the open conversation.</summary>
    public sealed record Say(string Text) : InputCommand;

    /// <param name="Peer">A PeerId as it was typed; null for the open conversation's.</param>
    public sealed record Add(string Name, string? Peer) : InputCommand;

    public sealed record Rename(string Old, string New) : InputCommand;

    public sealed record Forget(string Name) : InputCommand;

    /// <summary>Open a conversation, and perhaps send something.</summary>
    /// <param name="Peer">A contact's name or a PeerId.</param>
    public sealed record Message(string Peer, string? Text) : InputCommand;

    /// <param name="Peer">A contact's name or a PeerId; null for the open conversation's.</param>
    public sealed record Ping(string? Peer) : InputCommand;

    public sealed record Id : InputCommand;

    public sealed record Contacts : InputCommand;

    public sealed record Reconnect : InputCommand;

    public sealed record Help : InputCommand;

    public sealed record Quit : InputCommand;

    /// <summary>It cannot be done as it was typed. Nothing is sent.</summary>
    /// <param name="Why">A sentence for the person.</param>
    public sealed record Wrong(string Why) : InputCommand;

    /// <summary>Text that starts with a slash is a command, unless it starts with two: then it is a message that starts with one.</summary>
    public static InputCommand Parse(string text)
    {
        if (!text.StartsWith('/'))
            return new Say(text);
        if (text.StartsWith("//", StringComparison.Ordinal))
            return new Say(text[1..]);

        var (word, rest) = FirstWord(text);
        var words = rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (CommandBook.Find(word)?.Word, words) switch
        {
            ("/add", [var name]) => new Add(name, null),
            // The PeerId is the long one, so the order can be forgiven.
            ("/add", [var first, var second]) => first.Length > second.Length ? new Add(second, first) : new Add(first, second),
            ("/rename", [var old, var name]) => new Rename(old, name),
            ("/forget", [var name]) => new Forget(name),
            ("/msg", [var peer]) => new Message(peer, null),
            ("/msg", [_, _, ..]) => MessageOf(rest),
            ("/ping", []) => new Ping(null),
            ("/ping", [var peer]) => new Ping(peer),
            ("/id", []) => new Id(),
            ("/contacts", []) => new Contacts(),
            ("/reconnect", []) => new Reconnect(),
            ("/help", []) => new Help(),
            ("/quit", []) => new Quit(),
            (null, _) => new Wrong($"{word} is no command; nothing was sent. /help shows them all. To send it as a message, begin with //."),
            ({ } known, _) => new Wrong($"It is used like this: {CommandBook.Find(known)!.Usage}"),
        };
    }

    private static Message MessageOf(string rest)
    {
        var (peer, text) = FirstWord(rest);
        return new Message(peer, text);
    }

    private static (string Word, string After) FirstWord(string text)
    {
        var end = text.AsSpan().IndexOfAny(" \t\n");
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim());
    }
}
