using System.Buffers;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Clients;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>An MQTT client as one has to write it: it stays connected, and publishes again, in order, what had no PUBACK.</summary>
/// <remarks>The id stands in front of the payload: MQTT has none that a recipient could see.</remarks>
internal sealed class MosquittoLife : ILife
{
    // What mosquitto lets one client have in flight by default.
    private const int InFlight = 20;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly MqttClientFactory _factory = new();
    private readonly MqttClientOptions _options;
    private readonly string _topic;
    private readonly Func<int, PeerId> _address;
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<MqttApplicationMessageReceivedEventArgs> _arrivals = Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>();
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private readonly Task _running;
    private volatile bool _isConnected;
    private volatile bool _givesWay;
    private volatile bool _wasReplaced;

    public MosquittoLife(PeerIdentity self, Uri server, Func<int, PeerId> address)
    {
        (_topic, _address) = (self.Address, address);
        _options = _factory.CreateClientOptionsBuilder()
            .WithTcpServer(server.Host, server.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(self.Address)
            .WithCleanStart(false)
            .WithSessionExpiryInterval(uint.MaxValue)
            .WithKeepAlivePeriod(KeepAlive)
            .WithTimeout(Patience)
            .Build();
        _running = Task.Run(RunAsync);
    }

    public bool IsConnected => _isConnected;

    public bool WasReplaced => _wasReplaced;

    public void GiveWay() => _givesWay = true;

    public Task<SendOutcome> SendAsync(SentMessage message, ReadOnlyMemory<byte> payload)
    {
        var waiting = new Waiting(message, payload);
        lock (_gate)
            _waiting.AddLast(waiting);
        if (_over.IsCancellationRequested)
            waiting.Outcome.TrySetResult(SendOutcome.Unknown);
        return waiting.Outcome.Task;
    }

    public async Task ReadAsync(Func<Arrival, ValueTask> take)
    {
        await foreach (var arrived in _arrivals.Reader.ReadAllAsync())
        {
            if (_over.IsCancellationRequested)
                return;

            var payload = arrived.ApplicationMessage.Payload.ToArray();
            if (MessageId.TryRead(payload.AsSpan(0, Math.Min(payload.Length, MessageId.Length)), out var id))
                await take(new Arrival(null, id, payload.AsMemory(MessageId.Length)));
            try
            {
                await arrived.AcknowledgeAsync(_over.Token);
            }
            catch (Exception)
            {
                // It came by a connection that is gone, and comes again.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        _arrivals.Writer.TryComplete();
        lock (_gate)
        {
            foreach (var waiting in _waiting)
                waiting.Outcome.TrySetResult(SendOutcome.Unknown);
        }
    }

    private async Task RunAsync()
    {
        while (!_over.IsCancellationRequested && !_wasReplaced)
        {
            try
            {
                await ConnectAsync();
            }
            catch (Exception)
            {
                // Refused, broken, timed out or over: the next connection, if there is one, goes on with the oldest.
            }

            _isConnected = false;
            _wasReplaced = _givesWay;
            await Task.Delay(Pause, TimeProvider.System, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection, until it ends.</summary>
    private async Task ConnectAsync()
    {
        using var client = _factory.CreateMqttClient();
        client.ApplicationMessageReceivedAsync += arrived =>
        {
            // The PUBACK goes out when the application has taken it.
            arrived.AutoAcknowledge = false;
            _arrivals.Writer.TryWrite(arrived);
            return Task.CompletedTask;
        };

        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(_over.Token))
        {
            patience.CancelAfter(Patience);
            await client.ConnectAsync(_options, patience.Token);
            await client.SubscribeAsync(_topic, MqttQualityOfServiceLevel.AtLeastOnce, patience.Token);
        }

        _isConnected = true;
        while (client.IsConnected)
        {
            if (!await PublishSomeAsync(client))
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, _over.Token);
        }
    }

    /// <returns>False if there is nothing to publish.</returns>
    private async Task<bool> PublishSomeAsync(IMqttClient client)
    {
        Waiting[] some;
        lock (_gate)
            some = [.. _waiting.Take(InFlight)];
        if (some.Length == 0)
            return false;

        // A link can be stalled for longer than this: then the connection is given up.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        patience.CancelAfter(Patience);
        var publishing = some.Select(one => (One: one, Task: client.PublishAsync(one.ToMqtt(_address), patience.Token))).ToArray();
        await Task.WhenAll(publishing.Select(one => (Task)one.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (one, task) in publishing)
        {
            // The first that failed ends it: whatever was published behind it has to go again behind it.
            var result = await task;
            lock (_gate)
                _waiting.Remove(one);
            one.Outcome.TrySetResult(result.ReasonCode == MqttClientPublishReasonCode.Success ? SendOutcome.Accepted : SendOutcome.Refused);
        }

        return true;
    }

    private sealed record Waiting(SentMessage Message, ReadOnlyMemory<byte> Payload)
    {
        public TaskCompletionSource<SendOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MqttApplicationMessage ToMqtt(Func<int, PeerId> address) => new()
        {
            Topic = address(Message.To).Value,
            Payload = new ReadOnlySequence<byte>((byte[])[.. Message.Id.ToBytes(), .. Payload.Span]),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        };
    }
}
