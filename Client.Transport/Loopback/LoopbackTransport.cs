using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Loopback;

/// <summary>A transport between peers within one process, which a test can cut.</summary>
/// <remarks>
/// A message is accepted when it is in the recipient's inbox; a cut does not take it out again. What the recipient's
/// application has not acknowledged when its transport is disposed is reported to the sender as lost, because there
/// is no one to keep it. <see cref="IsConnected"/> says whether the peer can be reached: connecting takes no time here.
/// </remarks>
public sealed class LoopbackTransport : ITransport
{
    private readonly LoopbackNetwork _network;
    private readonly Dictionary<PeerId, LoopbackLink> _links = [];
    private ReceivedMessage? _handedOut;
    private bool _cut;
    private bool _disposed;

    internal LoopbackTransport(LoopbackNetwork network, PeerId peer)
    {
        _network = network;
        Peer = peer;
        Inbox = new LoopbackInbox(network);
    }

    public event Action? ConnectionChanged;

    public event Action<LossReport>? LossReported;

    /// <summary>Whose transport this is.</summary>
    public PeerId Peer { get; }

    public TransportKind Kind => _network.Options.Kind;

    internal LoopbackInbox Inbox { get; }

    /// <summary>Two peers that can reach each other and nobody else.</summary>
    public static (LoopbackTransport A, LoopbackTransport B) CreatePair(PeerId a, PeerId b, LoopbackOptions? options = null)
    {
        var network = new LoopbackNetwork(options);
        return (network.Join(a), network.Join(b));
    }

    /// <summary>Cuts this peer off: its links break both ways, and nobody reaches it until <see cref="Restore"/>.</summary>
    public void Cut() => SetCut(true);

    /// <summary>Ends a <see cref="Cut"/>. Broken links stay broken; new ones can be made.</summary>
    public void Restore() => SetCut(false);

    public bool IsConnected(PeerId peer)
    {
        lock (_network.Gate)
        {
            return Reach(peer) is not null;
        }
    }

    public ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_network.Gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Reach(peer) is not { } other)
                throw new TransportException(TransportError.Unreachable, "The peer is not in the loopback network, or the connection to it is cut.");

            if (!_links.TryGetValue(peer, out var link))
                _links[peer] = link = new LoopbackLink(_network, this, other);
            return ValueTask.FromResult<ITransportLink>(link);
        }
    }

    public async ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        var link = await ConnectAsync(recipient, cancellationToken).ConfigureAwait(false);
        return await link.SendAsync(recipient, message, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Exchange(ref _handedOut, null)?.AcknowledgeUnlessHeld();
        try
        {
            var message = await Inbox.Arrived.ReadAsync(cancellationToken).ConfigureAwait(false);
            lock (_network.Gate)
            {
                Inbox.Taken();
            }

            Volatile.Write(ref _handedOut, message);
            return message;
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(LoopbackTransport));
        }
    }

    public ValueTask DisposeAsync()
    {
        IReadOnlyCollection<ReceivedMessage> lost;
        lock (_network.Gate)
        {
            if (_disposed)
                return ValueTask.CompletedTask;

            _disposed = true;
            BreakLinks();
            _network.Leave(this);
            lost = Inbox.Close();
        }

        foreach (var bySender in lost.GroupBy(message => message.Sender))
            ReportLost(bySender.Key, [.. bySender.Select(message => message.Id)]);
        _network.TellOf(this);
        return ValueTask.CompletedTask;
    }

    internal void RaiseConnectionChanged() => ConnectionChanged?.Invoke();

    private void ReportLost(PeerId senderId, MessageId[] ids)
    {
        LoopbackTransport? sender;
        lock (_network.Gate)
        {
            sender = _network.Find(senderId);
        }

        sender?.LossReported?.Invoke(new LossReport(LossDirection.Sent, LossReason.Disposed, Peer, ids, ids.Length));
    }

    private void SetCut(bool cut)
    {
        lock (_network.Gate)
        {
            if (_disposed || _cut == cut)
                return;

            _cut = cut;
            if (cut)
                BreakLinks();
        }

        _network.TellOf(this);
    }

    // Under the gate.
    private LoopbackTransport? Reach(PeerId peer) =>
        !_disposed && !_cut && _network.Find(peer) is { _cut: false } other ? other : null;

    // Under the gate.
    private void BreakLinks()
    {
        foreach (var link in _links.Values)
            link.Break();
        _links.Clear();

        foreach (var other in _network.Members)
        {
            if (other._links.Remove(Peer, out var link))
                link.Break();
        }
    }
}
