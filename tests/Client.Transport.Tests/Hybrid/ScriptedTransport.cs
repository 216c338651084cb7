using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Tests.Hybrid;

/// <summary>A path on which the test decides about every answer.</summary>
internal sealed class ScriptedTransport(TransportKind kind) : ITransport
{
    private readonly Channel<ReceivedMessage> _inbox = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly Lock _gate = new();
    private readonly List<ScriptedLink> _links = [];
    private int _connects;
    private int _disposals;
    private int _receiveFailures;
    private volatile Exception? _receiveFailure;
    private volatile TaskCompletionSource _receiveStops = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public event Action? ConnectionChanged;

    public event Action<LossReport>? LossReported;

    public TransportKind Kind { get; } = kind;

    /// <summary>What connecting fails with; null lets it succeed.</summary>
    public Exception? ConnectFailure { get; set; }

    /// <summary>What new links do with a message without being asked; null leaves it to the test.</summary>
    public Func<OutgoingMessage, SendResult>? Answer { get; set; }

    /// <summary>New links are broken from the start.</summary>
    public bool BreaksAtOnce { get; set; }

    public bool Connected { get; set; } = true;

    public int Connects => Volatile.Read(ref _connects);

    /// <summary>How often receiving has failed.</summary>
    public int ReceiveFailures => Volatile.Read(ref _receiveFailures);

    public int Disposals => Volatile.Read(ref _disposals);

    public IReadOnlyList<ScriptedLink> Links
    {
        get
        {
            lock (_gate)
            {
                return [.. _links];
            }
        }
    }

    public ScriptedLink Link => Links[^1];

    /// <summary>Accepts every message from now on.</summary>
    public ScriptedTransport Accepting()
    {
        Answer = _ => new SendResult(SendStatus.Accepted, Kind);
        return this;
    }

    public ScriptedTransport Unreachable(string reason = "nobody answers at relay.example:9000")
    {
        ConnectFailure = new TransportException(TransportError.Unreachable, reason);
        Connected = false;
        return this;
    }

    public void ComeBack()
    {
        ConnectFailure = null;
        Connected = true;
        RaiseChanged();
    }

    public void RaiseChanged() => ConnectionChanged?.Invoke();

    public void RaiseLoss(LossReport report) => LossReported?.Invoke(report);

    /// <returns>Whether the copy has been acknowledged.</returns>
    public Func<bool> Deliver(PeerId sender, MessageId id, byte[]? payload = null)
    {
        var acknowledged = false;
        _inbox.Writer.TryWrite(new ReceivedMessage(sender, id, payload, Kind, _ => Volatile.Write(ref acknowledged, true)));
        return () => Volatile.Read(ref acknowledged);
    }

    public void StopReceiving()
    {
        _receiveFailure = new TransportException(TransportError.ConnectionClosed, "Replaced by another device.");
        _receiveStops.TrySetResult();
    }

    public void ReceiveAgain()
    {
        _receiveFailure = null;
        _receiveStops = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RaiseChanged();
    }

    public bool IsConnected(PeerId peer) => Connected;

    public ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _connects);
        cancellationToken.ThrowIfCancellationRequested();
        if (ConnectFailure is not null)
            throw ConnectFailure;

        lock (_gate)
        {
            if (_links.Count == 0 || !_links[^1].IsOpen || BreaksAtOnce)
            {
                _links.Add(new ScriptedLink(Answer));
                if (BreaksAtOnce)
                    _links[^1].Break();
            }

            return ValueTask.FromResult<ITransportLink>(_links[^1]);
        }
    }

    public async ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        var link = await ConnectAsync(recipient, cancellationToken);
        return await link.SendAsync(recipient, message, cancellationToken);
    }

    public async ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var stops = _receiveStops;
            if (_receiveFailure is { } failure)
            {
                Interlocked.Increment(ref _receiveFailures);
                throw failure;
            }

            if (_inbox.Reader.TryRead(out var message))
                return message;

            // Waits without taking, so that a stop at the same moment takes no message with it.
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var arrives = _inbox.Reader.WaitToReadAsync(waiting.Token).AsTask();
            var ended = await Task.WhenAny(arrives, stops.Task) == arrives && !await arrives;
            ObjectDisposedException.ThrowIf(ended, this);
            await waiting.CancelAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        _inbox.Writer.TryComplete();
        foreach (var link in Links)
            link.Break();
        return ValueTask.CompletedTask;
    }
}
