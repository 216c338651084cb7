using Client.Transport;
using Relay.Contracts;

namespace TermChat.Tests.Conversations;

/// <summary>A path that takes messages and then loses, repeats, holds back or damages them, as its seed has it, until it is repaired.</summary>
/// <param name="damagesAll">Nothing else happens to a message than that one of its bits is turned; and it happens to each.</param>
internal sealed class UnreliableTransport(ITransport inner, int seed, bool damagesAll = false) : ITransport
{
    private const int Damage = 3;

    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private readonly List<(PeerId To, ReadOnlyMemory<byte> Payload)> _heldBack = [];
    private bool _isGood;

    public event Action? ConnectionChanged
    {
        add => inner.ConnectionChanged += value;
        remove => inner.ConnectionChanged -= value;
    }

    public event Action<LossReport>? LossReported
    {
        add => inner.LossReported += value;
        remove => inner.LossReported -= value;
    }

    public TransportKind Kind => inner.Kind;

    /// <summary>From now on everything arrives, once and in order. What was held back is lost.</summary>
    public void Repair()
    {
        lock (_gate)
            _isGood = true;
    }

    public bool IsConnected(PeerId peer) => inner.IsConnected(peer);

    public ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default) => inner.ConnectAsync(peer, cancellationToken);

    public async ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        var accepted = new SendResult(SendStatus.Accepted, Kind);
        foreach (var (to, payload) in Choose(recipient, message.Payload))
            accepted = await inner.SendAsync(to, new OutgoingMessage(payload), cancellationToken);
        return accepted;
    }

    public ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default) => inner.ReceiveAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private List<(PeerId To, ReadOnlyMemory<byte> Payload)> Choose(PeerId to, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            if (_isGood)
                return [(to, payload)];

            switch (damagesAll ? Damage : _random.Next(10))
            {
                case 0:
                    return [];
                case 1:
                    return [(to, payload), (to, payload)];
                case 2:
                    _heldBack.Add((to, payload));
                    return [];
                case Damage:
                    var damaged = payload.ToArray();
                    damaged[_random.Next(damaged.Length)] ^= (byte)(1 << _random.Next(8));
                    return [(to, damaged)];
                default:
                    List<(PeerId, ReadOnlyMemory<byte>)> all = [(to, payload), .. _heldBack];
                    _heldBack.Clear();
                    return all;
            }
        }
    }
}
