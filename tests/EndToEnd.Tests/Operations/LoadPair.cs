using System.Buffers.Binary;
using System.Collections.Concurrent;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>A sender that never stops, its recipient, and what each of them knows of every message.</summary>
internal sealed class LoadPair : IAsyncDisposable
{
    private readonly PeerKey _senderKey;
    private readonly PeerKey _recipientKey;
    private readonly HybridTransport _sender;
    private readonly string _relay;
    private readonly CancellationTokenSource _stopSending = new();
    private readonly CancellationTokenSource _stopReading = new();
    private readonly ConcurrentQueue<int> _arrived = new();

    // For each accepted message the number of relays its sender knew to have gone when it was accepted.
    private readonly ConcurrentDictionary<int, int> _acceptedBy = new();
    private readonly List<Task> _sends = [];
    private volatile TaskCompletionSource _mayRead = Done();
    private Task _sending = Task.CompletedTask;
    private HybridTransport? _recipient;
    private Task? _reading;
    private int _relaysGone;
    private int _accepted;
    private int _sent;

    public LoadPair(string relay, int number)
    {
        _senderKey = TestPeers.Key($"sender {number}");
        _recipientKey = TestPeers.Key($"recipient {number}");
        (_relay, _sender) = (relay, Transport(relay, _senderKey));
        _sender.LossReported += loss =>
        {
            if (loss is { Direction: LossDirection.Sent, Reason: LossReason.RelayRestarted })
                Interlocked.Increment(ref _relaysGone);
        };
    }

    public int Arrived => _arrived.Count;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Messages that were accepted and never came.</summary>
    public int Missing => _acceptedBy.Keys.Except(_arrived).Count();

    public void Start(bool withRecipient)
    {
        _sending = Task.Run(SendAsync);
        if (withRecipient)
            StartRecipient();
    }

    /// <summary>Only now is there a recipient at all: a transport connects, and takes messages, from when it is made.</summary>
    public void StartRecipient()
    {
        if (_recipient is not null)
            return;

        _recipient = Transport(_relay, _recipientKey);
        _reading = Task.Run(() => ReadAsync(_recipient));
    }

    /// <summary>The recipient stays connected and reads no more, so that what comes piles up at the relay.</summary>
    public void HoldBack() => _mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReadOn() => _mayRead.TrySetResult();

    /// <summary>Stops sending, and waits until the last message has come.</summary>
    public async Task SettleAsync()
    {
        await _stopSending.CancelAsync();
        await _sending;
        await Task.WhenAll(_sends).WaitAsync(Eventually.Patience, TimeProvider.System);
        await Eventually.Is("nothing is pending", () => _sender.PendingCount(_recipientKey.PeerId) == 0);
        await Eventually.Is("the last message has come", () => _arrived.Contains(_sent));
    }

    public void Check()
    {
        var arrived = _arrived.ToArray();
        Assert.Equal(arrived.Order().Distinct(), arrived);

        // Of each accepted message that did not come, its sender was told afterwards that the relay had forgotten all it held.
        var unreported = _acceptedBy.Where(one => one.Value == Volatile.Read(ref _relaysGone)).Select(one => one.Key).Except(arrived).ToArray();
        Assert.Empty(unreported);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopSending.CancelAsync();
        await _sending;
        await _stopReading.CancelAsync();
        ReadOn();
        if (_reading is not null)
            await _reading;
        await _sender.DisposeAsync();
        if (_recipient is not null)
            await _recipient.DisposeAsync();
        _stopSending.Dispose();
        _stopReading.Dispose();
    }

    private static HybridTransport Transport(string relay, PeerKey key) => new(
        null,
        new RelayTransport(new RelayTransportOptions
        {
            Url = new Uri(relay),
            Key = key,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            RegistrationTimeout = TimeSpan.FromSeconds(30),
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(300),
        }),
        new HybridTransportOptions { FlushInterval = TimeSpan.FromMilliseconds(100), PendingPerPeer = 100_000 });

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task SendAsync()
    {
        while (!_stopSending.IsCancellationRequested)
        {
            // Bursts of a few, not a flood: four pairs share two cores with everything else.
            for (var i = 0; i < 8; i++)
            {
                var number = ++_sent;
                var payload = new byte[64];
                BinaryPrimitives.WriteInt32BigEndian(payload, number);
                _sends.Add(SendOneAsync(number, new OutgoingMessage(payload)));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task SendOneAsync(int number, OutgoingMessage message)
    {
        var result = await _sender.SendAsync(_recipientKey.PeerId, message);
        if (result.Settled is { } settled)
            await settled;

        // The next relay takes a second to start, and only then can this one's end be reported: the count is still that of the acceptance.
        _acceptedBy[number] = Volatile.Read(ref _relaysGone);
        Interlocked.Increment(ref _accepted);
    }

    private async Task ReadAsync(HybridTransport recipient)
    {
        try
        {
            await foreach (var message in recipient.ReceiveAllAsync(_stopReading.Token))
            {
                await _mayRead.Task;
                _arrived.Enqueue(BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
