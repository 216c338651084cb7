using TermChat.Conversations.Storage;

namespace TermChat.Tests.Conversations.Storage;

/// <summary>A database in a folder of its own, that can be closed and opened again.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("termchat-").FullName;
    private ChatStore? _store;

    public string Path => System.IO.Path.Combine(_directory, "chat.db");

    public ChatStore Store => _store ??= ChatStore.Open(Path);

    /// <summary>As after a restart of the program.</summary>
    public ChatStore Reopen()
    {
        _store?.Dispose();
        _store = null;
        return Store;
    }

    public void Dispose()
    {
        _store?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
