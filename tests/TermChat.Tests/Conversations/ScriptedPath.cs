using Client.Transport;
using Relay.Contracts;

namespace TermChat.Tests.Conversations;

/// <summary>A path that does what a test tells it: takes messages and loses them, keeps its answers back, breaks.</summary>
internal sealed class ScriptedPath(ITransport inner) : ITransport
{
    private readonly Lock _gate = new();
    private readonly List<(PeerId To, MessageId Id)> _taken = [];
    private volatile TaskCompletionSource _answers = Answering();
    private Action<LossReport>? _lossReported;
    private Action? _connectionChanged;

    public event Action? ConnectionChanged
    {
        add
        {
            _connectionChanged += value;
            inner.ConnectionChanged += value;
        }
        remove
        {
            _connectionChanged -= value;
            inner.ConnectionChanged -= value;
        }
    }

    public event Action<LossReport>? LossReported
    {
        add => _lossReported += value;
        remove => _lossReported -= value;
    }

    public TransportKind Kind => inner.Kind;

    /// <summary>What is sent is accepted and goes nowhere.</summary>
    public bool IsSwallowing { get; set; }

    /// <summary>What happens to each message that is sent, by its number from 1; what is not here goes well.</summary>
    public Dictionary<int, TransportException> Failures { get; } = [];

    /// <summary>Everything is refused; null while it is not.</summary>
    public TransportException? Refusal { get; set; }

    public bool IsBroken { get; private set; }

    /// <summary>How often somebody asked for a connection.</summary>
    public int Dialled { get; private set; }

    /// <summary>What was handed over so far.</summary>
    public IReadOnlyList<(PeerId To, MessageId Id)> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    public void Break() => IsBroken = true;

    public void Repair()
    {
        IsBroken = false;
        Touch();
    }

    /// <summary>Something about the connection may have changed.</summary>
    public void Touch() => _connectionChanged?.Invoke();

    /// <summary>Messages are taken, and their senders told so later.</summary>
    public void HoldAnswers() => _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Answer() => _answers.TrySetResult();

    /// <summary>Says that everything that was taken is lost.</summary>
    public void Lose(PeerId to, LossReason reason)
    {
        var ids = Taken.Select(message => message.Id).ToList();
        _lossReported?.Invoke(new LossReport(LossDirection.Sent, reason, to, ids, ids.Count));
    }

    public bool IsConnected(PeerId peer) => !IsBroken && inner.IsConnected(peer);

    public ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        Dialled++;
        return IsBroken ? throw new TransportException(TransportError.Unreachable, "Nobody answers.") : inner.ConnectAsync(peer, cancellationToken);
    }

    public async ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _taken.Add((recipient, message.Id));
            if ((Refusal ?? Failures.GetValueOrDefault(_taken.Count)) is { } failure)
                throw failure;
        }

        var result = IsSwallowing ? new SendResult(SendStatus.Accepted, Kind) : await inner.SendAsync(recipient, message, cancellationToken);
        await _answers.Task.WaitAsync(cancellationToken);
        return result;
    }

    public ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default) => inner.ReceiveAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static TaskCompletionSource Answering()
    {
        var answering = new TaskCompletionSource();
        answering.SetResult();
        return answering;
    }
}
