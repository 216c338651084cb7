using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations.Delivery;
using TermChat.Conversations.Storage;
using TermChat.Sessions;

namespace TermChat.Conversations;

/// <summary>The chat of one profile: what is stored, and, if this process is the one that is online, its delivery.</summary>
internal sealed partial class ChatClient : IChatClient
{
    /// <summary>How often a process that is not online looks for what the other one did.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>A relay answers in milliseconds. One that does not is not waited for: peers ask again.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly ChatStore _store;
    private readonly TimeProvider _time;
    private readonly ITransport? _transport;
    private readonly RelayTransport? _relay;
    private readonly SessionTable? _sessions;
    private readonly ChatEngine? _engine;
    private readonly ITimer? _looks;
    private long _storeVersion;
    private volatile ConnectionStatus _connection;

    /// <summary>Online, over any transport.</summary>
    /// <param name="transport">Disposed with the client.</param>
    /// <param name="relay">The relay path within <paramref name="transport"/>, for its state; null if there is none.</param>
    public ChatClient(ChatStore store, PeerKey key, ITransport transport, RelayTransport? relay, Uri? relayUrl, TimeProvider time, ILogger logger)
    {
        (_store, Self, _transport, _relay, _time) = (store, key.PeerId, transport, relay, time);
        _connection = new ConnectionStatus(RelayConnectionState.Connecting, relayUrl);
        _sessions = new SessionTable(key, time);
        if (relay is not null)
            relay.StateChanged += OnStateChanged;
        _engine = new ChatEngine(store, _sessions, transport, time, logger);
        _engine.Changed += Raise;
    }

    /// <summary>Beside another process that is online with the same profile, and sends what this one puts into the outbox.</summary>
    public ChatClient(ChatStore store, PeerId self, TimeProvider time)
    {
        (_store, Self, _time) = (store, self, time);
        _connection = new ConnectionStatus(RelayConnectionState.Idle, null, "another termchat is online with this profile, and sends for this one");
        _storeVersion = store.Version;
        _looks = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    public event Action<ChatChange>? Changed;

    public PeerId Self { get; }

    public ConnectionStatus Connection => _connection;

    /// <summary>Online through a relay, from now on. What the outbox holds goes out as soon as there is a connection.</summary>
    public static ChatClient Start(string databasePath, PeerKey key, Uri relay, ILoggerFactory loggers, TimeProvider? time = null)
    {
        var store = ChatStore.Open(databasePath);
        var clock = time ?? TimeProvider.System;
        var path = new RelayTransport(new RelayTransportOptions { Url = relay, Key = key }, clock, loggers);

        // There is no direct path yet. The hybrid's part is to send again, in order, what a broken connection left open.
        var transport = new HybridTransport(direct: null, path, timeProvider: clock, logger: loggers.CreateLogger<HybridTransport>());
        return new ChatClient(store, key, transport, path, relay, clock, loggers.CreateLogger<ChatEngine>());
    }

    /// <summary>Beside the process that is online with this profile.</summary>
    public static ChatClient Attach(string databasePath, PeerId self, TimeProvider? time = null) =>
        new(ChatStore.Open(databasePath), self, time ?? TimeProvider.System);

    public IReadOnlyList<Conversation> Conversations() => _store.Conversations();

    public IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before = null) => _store.Lines(peer, count, before);

    public ChatLine Send(PeerId peer, string text)
    {
        ChatText.Check(text);
        if (!peer.IsKey)
            throw new ArgumentException("A message can only be encrypted for a PeerId that is a key.", nameof(peer));

        var line = _store.Add(peer, text, _time.GetUtcNow());
        _engine?.LookIntoOutbox();
        Raise(new ChatChange(ChatChangeKind.LinesAdded, peer));
        return line;
    }

    /// <summary>A line as it is now; null when there is none with this number.</summary>
    public ChatLine? Line(long number) => _store.Line(number);

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
        _engine?.PingAsync(peer, timeout, cancellationToken)
            ?? Task.FromException<PingReply>(new TimeoutException("Another termchat is online with this profile; ping from there."));

    public async ValueTask DisposeAsync()
    {
        if (_looks is not null)
            await _looks.DisposeAsync();
        if (_engine is not null)
        {
            // What was just stored is acknowledged before the program ends: its sender may be waiting for that.
            if (_transport!.IsConnected(Self))
                await Task.WhenAny(_engine.FlushAsync(), Task.Delay(FlushTimeout, _time));
            await _engine.DisposeAsync();
            await _transport.DisposeAsync();
        }

        _sessions?.Dispose();
        _store.Dispose();
    }

    private void OnStateChanged(RelayConnectionChange change)
    {
        var next = change.NextAttemptIn is { } pause ? _time.GetUtcNow() + pause : (DateTimeOffset?)null;
        _connection = new ConnectionStatus(change.State, _connection.Relay, change.Reason?.Message, next);
        Raise(new ChatChange(ChatChangeKind.Connection));
    }

    private void Look()
    {
        var version = _store.Version;
        if (Interlocked.Exchange(ref _storeVersion, version) == version)
            return;

        Raise(new ChatChange(ChatChangeKind.LinesAdded));
        Raise(new ChatChange(ChatChangeKind.LinesChanged));
    }

    private void Raise(ChatChange change) => Changed?.Invoke(change);
}
