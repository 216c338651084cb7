using System.Collections.Concurrent;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Histories;

/// <summary>A person's device through a whole history: its network, its processes one after the other, and what it has on disk.</summary>
/// <remarks>
/// The disk is an application's part of "exactly once": it stores what it took before it acknowledges, and knows a message
/// that comes again to its next process by its sender and id. Within one process nothing may come twice.
/// </remarks>
internal sealed class HistoryPeer(PeerId id, Uri relay) : IAsyncDisposable
{
    private readonly Link _link = Link.To(relay);
    private readonly HashSet<(PeerId, MessageId)> _onDisk = [];
    private readonly List<Task> _reading = [];
    private readonly List<Task> _sending = [];
    private readonly ConcurrentBag<Process> _processes = [];
    private TaskCompletionSource _mayRead = Open();
    private Process _process = null!;

    public PeerId Id => id;

    /// <summary>What it took, in order, each once.</summary>
    public ConcurrentQueue<(PeerId Sender, MessageId Id)> Taken { get; } = new();

    /// <summary>Each message handed over, in order for each recipient, with what became of it.</summary>
    public ConcurrentQueue<SentMessage> Sent { get; } = new();

    /// <summary>Messages of its own that it was told are lost.</summary>
    public ConcurrentDictionary<MessageId, LossReason> Lost { get; } = new();

    /// <summary>Messages that came twice to the same process: a broken promise.</summary>
    public ConcurrentBag<MessageId> Repeated { get; } = [];

    public int PendingCount(PeerId peer) => _process.Transport.PendingCount(peer);

    public void Start()
    {
        var relayTransport = new RelayTransport(new RelayTransportOptions
        {
            Url = _link.Url,
            Peer = id,
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
        });
        var transport = new HybridTransport(null, relayTransport, new HybridTransportOptions { FlushInterval = TimeSpan.FromMilliseconds(50) });
        transport.LossReported += loss =>
        {
            if (loss.Direction == LossDirection.Sent)
            {
                foreach (var lost in loss.Ids)
                    Lost[lost] = loss.Reason;
            }
        };
        _process = new Process(transport, relayTransport);
        _processes.Add(_process);
        _reading.Add(ReadAsync(_process));
    }

    public void Send(PeerId recipient, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var sent = new SentMessage(recipient, new OutgoingMessage(MessageId.New().ToBytes()));
            Sent.Enqueue(sent);
            _sending.Add(SendAsync(_process, sent));
        }
    }

    public void Reset() => _link.Reset();

    public void Cut() => _link.Cut();

    public void Stall() => _link.Stall();

    public void CutMidFrame(int bytes) => _link.CutAfter(bytes * 20, Towards.Client);

    public void Heal()
    {
        _link.Resume();
        _link.Restore();
    }

    public void Pause()
    {
        if (_mayRead.Task.IsCompleted)
            _mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Read() => _mayRead.TrySetResult();

    /// <summary>The process dies without a word: its connection is reset and what it had in memory is gone.</summary>
    public async Task KillAsync()
    {
        _process.IsDead = true;
        _link.Cut();
        await _process.Transport.DisposeAsync();
        _link.Restore();
        Start();
    }

    /// <summary>Another process registers the same PeerId. One of the two learns that it was replaced, and ends.</summary>
    /// <remarks>Usually the older; but if that had just lost its connection, it comes back as the newer registration.</remarks>
    public async Task TakeOverAsync()
    {
        var older = _process;
        Start();
        var newer = _process;
        await Eventually.Is("one of the two is replaced", () =>
        {
            Heal();
            return older.WasReplaced || newer.WasReplaced;
        });
        var ended = older.WasReplaced ? older : newer;
        _process = older.WasReplaced ? newer : older;
        ended.IsDead = true;
        await ended.Transport.DisposeAsync();
    }

    /// <summary>Everything it handed over has an outcome.</summary>
    public Task SettledAsync() => Task.WhenAll(_sending);

    public async ValueTask DisposeAsync()
    {
        Read();
        foreach (var process in _processes)
            await process.Transport.DisposeAsync();
        await Task.WhenAll(_reading);
        await _link.DisposeAsync();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static async Task SendAsync(Process process, SentMessage sent)
    {
        try
        {
            await process.Transport.SendAsync(sent.Recipient, sent.Message);
        }
        catch (Exception failure) when (failure is TransportException or ObjectDisposedException)
        {
            sent.Failed = failure;
        }
    }

    private async Task ReadAsync(Process process)
    {
        var inThisProcess = new HashSet<(PeerId, MessageId)>();
        await foreach (var message in process.Transport.ReceiveAllAsync())
        {
            await _mayRead.Task;
            if (!inThisProcess.Add((message.Sender, message.Id)))
                Repeated.Add(message.Id);

            // A dead process writes nothing any more: what it had in hand comes again to its successor.
            if (process.IsDead)
            {
                message.Hold();
                continue;
            }

            lock (_onDisk)
            {
                if (_onDisk.Add((message.Sender, message.Id)))
                    Taken.Enqueue((message.Sender, message.Id));
            }

            message.Acknowledge();
        }
    }

    private sealed class Process(HybridTransport transport, RelayTransport relay)
    {
        private volatile bool _isDead;

        public HybridTransport Transport => transport;

        public bool WasReplaced => relay.State == RelayConnectionState.Replaced;

        public bool IsDead
        {
            get => _isDead;
            set => _isDead = value;
        }
    }
}
