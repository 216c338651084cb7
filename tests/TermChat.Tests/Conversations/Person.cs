using Client.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Conversations.Delivery;
using TermChat.Conversations.Storage;
using TermChat.Identity;

namespace TermChat.Tests.Conversations;

/// <summary>Somebody with a key and a database, whose program can be started, stopped and started again.</summary>
/// <param name="copyOf">Has the same key, and a database of its own.</param>
internal sealed class Person(ILoggerFactory? loggers = null, Person? copyOf = null) : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("termchat-").FullName;
    private ChatClient? _chat;

    public PeerKey Key { get; } = copyOf is null ? PeerKey.Generate() : PeerKey.Import(copyOf.Key.Export());

    public PeerId PeerId => Key.PeerId;

    public string DatabasePath => Path.Combine(_directory, "chat.db");

    public ChatClient Chat => _chat ?? throw new InvalidOperationException("The program does not run.");

    /// <summary>Online through a relay; beside the process that holds the profile's lock while there is one.</summary>
    public ChatClient Start(Uri relay) => _chat = StartAnother(relay);

    /// <summary>A further process of the same profile. The caller disposes of it.</summary>
    public ChatClient StartAnother(Uri relay) => ChatClient.Start(
        DatabasePath, Key, relay, loggers ?? NullLoggerFactory.Instance,
        claim: () => ProfileLock.TryTake(Path.Combine(_directory, "lock"), out var taken) ? taken : null);

    public ChatClient Start(ITransport transport, TimeProvider? time = null) => _chat = new ChatClient(
        ChatStore.Open(DatabasePath), Key, transport, time ?? TimeProvider.System,
        (loggers ?? NullLoggerFactory.Instance).CreateLogger<ChatEngine>());

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _chat, null) is { } chat)
            await chat.DisposeAsync();
    }

    /// <summary>The texts of a conversation as they are shown: one's own with a mark of how far they came.</summary>
    public IReadOnlyList<string> Shown(Person with) =>
        [.. Chat.Lines(with.PeerId, 10_000).Select(line => line.Kind == LineKind.Mine ? $"{line.Text} ({line.State})" : line.Text)];

    public IReadOnlyList<string> Received(Person from) =>
        [.. Chat.Lines(from.PeerId, 10_000).Where(line => line.Kind == LineKind.Theirs).Select(line => line.Text)];

    public bool HasDelivered(Person to, int count) =>
        Chat.Lines(to.PeerId, 10_000).Count(line => line is { Kind: LineKind.Mine, State: LineState.Delivered }) == count;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
