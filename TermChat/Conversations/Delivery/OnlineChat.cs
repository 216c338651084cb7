using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations.Storage;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

/// <summary>What a chat has while this process is the one that is online with the profile: the way to its peers, sessions with them, and the loop that delivers.</summary>
internal sealed class OnlineChat : IAsyncDisposable
{
    private readonly PeerId _self;
    private readonly ITransport _transport;
    private readonly SessionTable _sessions;
    private RelayTransport? _relay;

    /// <param name="transport">Disposed with this.</param>
    public OnlineChat(ChatStore store, PeerKey key, ITransport transport, TimeProvider time, ILogger logger, Action<ChatChange> changed)
    {
        (_self, _transport) = (key.PeerId, transport);
        _sessions = new SessionTable(key, time);
        Engine = new ChatEngine(store, _sessions, transport, time, logger);
        Engine.Changed += changed;
    }

    public ChatEngine Engine { get; }

    /// <summary>Online through a relay.</summary>
    /// <param name="connection">Told of every change of the connection.</param>
    public static OnlineChat ThroughRelay(
        ChatStore store, PeerKey key, Uri relay, TimeProvider time, ILoggerFactory loggers, Action<RelayConnectionChange> connection, Action<ChatChange> changed)
    {
        var path = new RelayTransport(new RelayTransportOptions { Url = relay, Key = key }, time, loggers);
        path.StateChanged += connection;

        // There is no direct path yet. The hybrid's part is to send again, in order, what a broken connection left open.
        var transport = new HybridTransport(direct: null, path, timeProvider: time, logger: loggers.CreateLogger<HybridTransport>());
        return new OnlineChat(store, key, transport, time, loggers.CreateLogger<ChatEngine>(), changed) { _relay = path };
    }

    /// <inheritdoc cref="RelayTransport.ReconnectNow"/>
    public void ReconnectNow() => _relay?.ReconnectNow();

    /// <summary>What was just stored is acknowledged before the program ends: its sender may be waiting for that.</summary>
    public async Task FlushAsync(TimeSpan timeout)
    {
        // The machine's clock, whatever the chat's is: this waits for a socket.
        if (_transport.IsConnected(_self))
            await Task.WhenAny(Engine.FlushAsync(), Task.Delay(timeout, TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _transport.DisposeAsync();
        _sessions.Dispose();
    }
}
