namespace TermChat.Screens;

/// <param name="Word">As it is typed.</param>
/// <param name="Usage">With what it takes, in capitals; what is in brackets may be left out.</param>
/// <param name="TakesName">Whether a contact's name comes first.</param>
internal sealed record CommandEntry(string Word, string Usage, string Does, bool TakesName = false);

/// <summary>The commands there are, in the order of the help.</summary>
internal static class CommandBook
{
    public static IReadOnlyList<CommandEntry> Entries { get; } =
    [
        new("/add", "/add NAME [PEERID]", "name a peer (or the one you talk to)"),
        new("/rename", "/rename OLD NEW", "give a contact another name", TakesName: true),
        new("/forget", "/forget NAME", "forget a name; the conversation stays", TakesName: true),
        new("/msg", "/msg NAME-OR-PEERID [TEXT]", "open a conversation, and send TEXT there", TakesName: true),
        new("/ping", "/ping [NAME-OR-PEERID]", "ask a peer to answer, and time it", TakesName: true),
        new("/id", "/id", "show your own PeerId, to give it to others"),
        new("/contacts", "/contacts", "show everybody who has a name"),
        new("/reconnect", "/reconnect", "try now to reach the relay again"),
        new("/help", "/help", "show this page"),
        new("/quit", "/quit", "leave; what waits is sent next time"),
    ];

    public static CommandEntry? Find(string word) =>
        Entries.FirstOrDefault(entry => entry.Word.Equals(word, StringComparison.OrdinalIgnoreCase));
}
