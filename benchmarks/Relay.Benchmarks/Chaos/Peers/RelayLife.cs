using System.Net.WebSockets;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.Logging;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Clients;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>The real transport of an application: a <see cref="HybridTransport"/> over a <see cref="RelayTransport"/>.</summary>
internal sealed class RelayLife : ILife
{
    // A dead link has to be noticed within the run.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private readonly RelayTransport _relay;
    private readonly HybridTransport _transport;
    private readonly Func<int, PeerId> _address;
    private readonly ILoggerFactory _loggers;
    private volatile bool _isOver;

    public RelayLife(PeerIdentity self, Uri server, Func<int, PeerId> address, Action<LossReport> report, Action<string> note, bool polls, ILoggerFactory loggers)
    {
        (_address, _loggers) = (address, loggers);
        _relay = new RelayTransport(new RelayTransportOptions
        {
            Url = server,
            Key = self.Key,
            ReconnectDelay = TimeSpan.FromMilliseconds(200),
            MaxReconnectDelay = TimeSpan.FromSeconds(2),
            KeepAliveInterval = KeepAlive,
            ServerTimeout = Silence,
            ConfigureHttp = polls ? LetNoWebSocketThrough : null,
        }, loggerFactory: loggers);
        _transport = new HybridTransport(null, _relay, new HybridTransportOptions { FlushInterval = TimeSpan.FromSeconds(1) });

        _relay.StateChanged += change => note($"{change.State}");

        // What a life that ends had pending, the next one sends: it is not lost.
        _transport.LossReported += loss =>
        {
            if (loss.Reason != LossReason.Disposed)
                report(loss);
        };
    }

    public bool IsConnected => _relay.State == RelayConnectionState.Connected;

    public bool WasReplaced => _relay.State == RelayConnectionState.Replaced;

    public void GiveWay()
    {
        // The relay says which of two is replaced.
    }

    public async Task<SendOutcome> SendAsync(SentMessage message, ReadOnlyMemory<byte> payload)
    {
        try
        {
            var result = await _transport.SendAsync(_address(message.To), new OutgoingMessage(message.Id, payload) { IsRepeat = message.IsRepeat }).ConfigureAwait(false);
            if (result.Settled is { } settled)
                await settled.ConfigureAwait(false);
            return SendOutcome.Accepted;
        }
        catch (Exception) when (_isOver)
        {
            return SendOutcome.Unknown;
        }
        catch (TransportException refused) when (refused.Error == TransportError.Io)
        {
            return SendOutcome.Refused;
        }
        catch (TransportException)
        {
            return SendOutcome.GivenUp;
        }
    }

    public async Task ReadAsync(Func<Arrival, ValueTask> take)
    {
        try
        {
            while (true)
            {
                // Asking for the next one acknowledges the one before.
                var message = await _transport.ReceiveAsync().ConfigureAwait(false);
                await take(new Arrival(message.Sender.Value, message.Id, message.Payload)).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // Its end. What was not acknowledged comes to the next life.
        }
    }

    private static void LetNoWebSocketThrough(HttpConnectionOptions http) =>
        http.WebSocketFactory = static (_, _) => throw new WebSocketException(WebSocketError.NotAWebSocket);

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await _transport.DisposeAsync().ConfigureAwait(false);
        _loggers.Dispose();
    }
}
