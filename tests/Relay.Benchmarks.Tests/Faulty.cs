using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Tests;

/// <summary>A plain WebSocket relay that is good to all but one message of each recipient.</summary>
internal sealed class Faulty(Faulty.Wrong wrong) : ICandidate
{
    private const int Which = 20;

    private readonly PlainWebSocketCandidate _good = new();

    /// <summary>What becomes of that message.</summary>
    public enum Wrong
    {
        Nothing,
        Lost,
        Repeated,
        Late,
        Changed,
    }

    public string Name => $"faulty ({wrong})";

    public string? Missing => null;

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => _good.StartAsync(cancellationToken);

    public Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken) =>
        _good.ConnectAsync(server, self, new Receiver(wrong, receiver), cancellationToken);

    private sealed class Receiver(Wrong wrong, IReceiver good) : IReceiver
    {
        private int _count;
        private byte[]? _late;

        public void Receive(ReadOnlySpan<byte> payload)
        {
            var isIt = _count++ == Which;
            if (isIt && wrong == Wrong.Late)
            {
                _late = payload.ToArray();
                return;
            }

            if (isIt && wrong == Wrong.Changed)
            {
                var changed = payload.ToArray();
                changed[^20] ^= 1;
                good.Receive(changed);
                return;
            }

            if (!(isIt && wrong == Wrong.Lost))
                good.Receive(payload);
            if (isIt && wrong == Wrong.Repeated)
                good.Receive(payload);
            if (_late is { } late)
                good.Receive(late);
            _late = null;
        }

        public void Fail(Exception reason) => good.Fail(reason);
    }
}
