using Client.Transport;
using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations.Delivery;
using TermChat.Conversations.Storage;

namespace TermChat.Conversations;

/// <summary>The chat of one profile: what is stored, and, while this process is the one that is online, its delivery.</summary>
internal sealed partial class ChatClient : IChatClient
{
    private readonly ChatStore _store;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private IDisposable? _claim;
    private volatile OnlineChat? _online;
    private volatile ConnectionStatus _connection;
    private bool _disposed;

    /// <summary>Online over any transport.</summary>
    /// <param name="transport">Disposed with the client.</param>
    public ChatClient(ChatStore store, PeerKey key, ITransport transport, TimeProvider time, ILogger logger)
        : this(store, key.PeerId, null, time) =>
        _online = new OnlineChat(store, key, transport, time, logger, Raise);

    private ChatClient(ChatStore store, PeerId self, Uri? relay, TimeProvider time)
    {
        (_store, Self, _time) = (store, self, time);
        _connection = new ConnectionStatus(RelayConnectionState.Connecting, relay);
    }

    public event Action<ChatChange>? Changed;

    public PeerId Self { get; }

    public ConnectionStatus Connection => _connection;

    /// <summary>How long its end waits for the relay to take what is owed to peers, acknowledgements above all.</summary>
    /// <remarks>A relay answers in milliseconds. One that does not is not waited for: peers ask again.</remarks>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Goes online through a relay if no other process is online with the profile, else as soon as that one ends.</summary>
    /// <param name="claim">Claims the profile for this process; null when another has it. What it gives is disposed of with the client.</param>
    public static ChatClient Start(
        string databasePath, PeerKey key, Uri relay, ILoggerFactory loggers, Func<IDisposable?> claim, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        var chat = new ChatClient(ChatStore.Open(databasePath), key.PeerId, relay, clock);
        chat.Begin(claim, () => OnlineChat.ThroughRelay(chat._store, key, relay, clock, loggers, chat.OnStateChanged, chat.Raise));
        return chat;
    }

    public void ReconnectNow() => _online?.ReconnectNow();

    public IReadOnlyList<Conversation> Conversations() => _store.Conversations();

    public IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before = null) => _store.Lines(peer, count, before);

    public ChatLine Send(PeerId peer, string text)
    {
        ChatText.Check(text);
        if (!peer.IsKey)
            throw new ArgumentException("A message can only be encrypted for a PeerId that is a key.", nameof(peer));
        if (peer == Self)
            throw new ArgumentException("This is your own PeerId. Give it to others, and send to theirs.", nameof(peer));

        var line = _store.Add(peer, text, _time.GetUtcNow());
        _online?.Engine.LookIntoOutbox();
        Raise(new ChatChange(ChatChangeKind.LinesAdded, peer));
        return line;
    }

    /// <summary>A line as it is now; null when there is none with this number.</summary>
    public ChatLine? Line(long number) => _store.Line(number);

    public IReadOnlyList<(long Number, LineState State)> Unconfirmed(PeerId peer) =>
        [.. _store.Outbox(after: 0).Where(message => message.Peer == peer).Select(message => (message.Number, message.State))];

    public void MarkRead(PeerId peer)
    {
        if (_store.MarkSeen(peer))
            Raise(new ChatChange(ChatChangeKind.Contacts, peer));
    }

    public IReadOnlyList<Contact> Contacts() => _store.Contacts();

    public void Name(PeerId peer, string name)
    {
        _store.Name(peer, name);
        Raise(new ChatChange(ChatChangeKind.Contacts, peer));
    }

    public bool Forget(string name)
    {
        var isForgotten = _store.Forget(name);
        Raise(new ChatChange(ChatChangeKind.Contacts));
        return isForgotten;
    }

    public PeerId? Find(string nameOrPeerId) => _store.Find(nameOrPeerId);

    public Task<PingReply> PingAsync(PeerId peer, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _online?.Engine.PingAsync(peer, timeout, cancellationToken)
            ?? Task.FromException<PingReply>(new TimeoutException("Another termchat is online with this profile; ping from there."));

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _disposed = true;
        if (_looks is not null)
            await _looks.DisposeAsync();
        if (_online is not null)
        {
            await _online.FlushAsync(FlushTimeout);
            await _online.DisposeAsync();
        }

        _claim?.Dispose();
        _store.Dispose();
    }

    private void OnStateChanged(RelayConnectionChange change)
    {
        var next = change.NextAttemptIn is { } pause ? _time.GetUtcNow() + pause : (DateTimeOffset?)null;

        // A further attempt has no outcome yet, and why there is no connection is what the last one said.
        var reason = change.State == RelayConnectionState.Connecting ? _connection.Reason : change.Reason?.Message;
        _connection = new ConnectionStatus(change.State, _connection.Relay, reason, next);
        Raise(new ChatChange(ChatChangeKind.Connection));
    }

    private void Raise(ChatChange change) => Changed?.Invoke(change);
}
