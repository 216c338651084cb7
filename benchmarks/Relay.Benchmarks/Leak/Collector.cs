using Client.Transport;
using Client.Transport.Relay;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Leak;

/// <summary>The one peer that stays: gets a message of every cycle, and counts each.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly PeerIdentity _self = PeerIdentity.NewKey();
    private readonly RelayTransport _transport;
    private readonly byte[] _times;
    private Task _receiving = Task.CompletedTask;
    private string? _fault;
    private long _received;

    /// <param name="server">The relay.</param>
    /// <param name="cycles">How many there will be: a message's number is its cycle's.</param>
    public Collector(ServerProcess server, int cycles)
    {
        (_transport, _times) = (RelayCandidate.CreateTransport(server, _self), new byte[cycles]);
        _transport.LossReported += loss => Fail($"{loss.Count} messages were reported lost: {loss.Reason}");
    }

    public string Address => _self.Address;

    public Relay.Contracts.PeerId Id => _self.Id;

    public long Received => Interlocked.Read(ref _received);

    public string? Fault => Volatile.Read(ref _fault);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _transport.ConnectAsync(_self.Id, cancellationToken);
        _receiving = Task.Run(ReceiveAsync, CancellationToken.None);
    }

    /// <summary>Waits until so many have come.</summary>
    public async Task UntilAsync(long received, TimeSpan patience)
    {
        var start = Clock.Now;
        while (Received < received && Fault is null && Clock.Between(start, Clock.Now) < patience)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        if (Received < received)
            Fail($"of {received} messages {Received} arrived");
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _receiving;
        _self.Dispose();
    }

    private void Fail(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
                Check((await _transport.ReceiveAsync()).Payload.Span);
        }
        catch (ObjectDisposedException)
        {
            // The end of the run.
        }
        catch (TransportException failure)
        {
            Fail($"the peer that stays lost its connection: {failure.Message}");
        }
    }

    private void Check(ReadOnlySpan<byte> bytes)
    {
        if (!Payload.TryRead(bytes, out var payload) || payload.Sequence < 0 || payload.Sequence >= _times.Length)
            Fail("a message has changed on its way");
        else if (++_times[payload.Sequence] > 1)
            Fail($"the message of cycle {payload.Sequence} came twice");
        Interlocked.Increment(ref _received);
    }
}
