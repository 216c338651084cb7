using Client.Transport;
using Client.Transport.Relay;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Two peers that behave, and talk while the relay is under fire: everything has to arrive, once, in order, unchanged, on one connection.</summary>
internal sealed class GoodPair : IAsyncDisposable
{
    private const int PayloadLength = 200;
    private const int MostUnderWay = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PeerIdentity _alice = PeerIdentity.NewKey();
    private readonly PeerIdentity _bob = PeerIdentity.NewKey();
    private readonly RelayTransport _sender;
    private readonly RelayTransport _receiver;
    private readonly CancellationTokenSource _enough = new();
    private readonly SemaphoreSlim _window = new(MostUnderWay);
    private Task _sending = Task.CompletedTask;
    private Task _receiving = Task.CompletedTask;
    private string? _fault;
    private long _sent;
    private long _received;

    public GoodPair(ServerProcess server)
    {
        (_sender, _receiver) = (RelayCandidate.CreateTransport(server, _alice), RelayCandidate.CreateTransport(server, _bob));
        foreach (var transport in (RelayTransport[])[_sender, _receiver])
        {
            // Strangers write to them too, and their repeats come too late as they like.
            transport.LossReported += loss =>
            {
                if (loss.Reason != LossReason.Late || loss.Peer == _alice.Id || loss.Peer == _bob.Id)
                    Fail($"{loss.Count} messages were reported lost: {loss.Reason}");
            };
            transport.StateChanged += change =>
            {
                if (change.State is RelayConnectionState.Waiting or RelayConnectionState.Replaced)
                    Fail($"a peer that behaves lost its connection: {change.Reason?.Message}");
            };
        }
    }

    /// <summary>To whom strangers can send too.</summary>
    public string Address => _bob.Address;

    public long Received => Interlocked.Read(ref _received);

    public long Strangers { get; private set; }

    public TimeSpan Slowest { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _receiver.ConnectAsync(_alice.Id, cancellationToken);
        await _sender.ConnectAsync(_bob.Id, cancellationToken);
        _receiving = Task.Run(ReceiveAsync, CancellationToken.None);
        _sending = Task.Run(SendAsync, CancellationToken.None);
    }

    /// <summary>Sends no more, and waits for what is under way.</summary>
    /// <returns>What went wrong; null if nothing did.</returns>
    public async Task<string?> EndAsync()
    {
        await _enough.CancelAsync();
        await _sending;
        var start = Clock.Now;
        while (Received < _sent && Volatile.Read(ref _fault) is null && Clock.Between(start, Clock.Now) < Patience)
            await Task.Delay(Pause, TimeProvider.System);
        if (Received < _sent)
            Fail($"of {_sent} messages {Received} arrived");
        return Volatile.Read(ref _fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
        await _sending;
        await _receiving;
        _alice.Dispose();
        _bob.Dispose();
        _window.Dispose();
        _enough.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            while (!_enough.IsCancellationRequested)
            {
                await _window.WaitAsync();
                var payload = Payload.NewBuffer(PayloadLength);
                new Payload(0, _sent++, Clock.Now).Write(payload);
                _ = ConfirmAsync(payload);
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
        catch (Exception failure)
        {
            Fail($"sending failed: {failure.Message}");
        }
    }

    private async Task ConfirmAsync(byte[] payload)
    {
        try
        {
            await _sender.SendAsync(_bob.Id, payload);
        }
        catch (TransportException refusal)
        {
            Fail($"a message was refused: {refusal.Message}");
        }
        finally
        {
            _window.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
                Check(await _receiver.ReceiveAsync());
        }
        catch (ObjectDisposedException)
        {
            // The end of the run.
        }
        catch (Exception failure)
        {
            Fail($"receiving failed: {failure.Message}");
        }
    }

    // The first counts; the others follow from it.
    private void Fail(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    private void Check(ReceivedMessage message)
    {
        if (message.Sender != _alice.Id)
        {
            Strangers++;
            return;
        }

        if (!Payload.TryRead(message.Payload.Span, out var payload))
            Fail("a message has changed on its way");
        else if (payload.Sequence != Received)
            Fail($"message {Received} was due, and {payload.Sequence} came");

        var took = Clock.Between(payload.Due, Clock.Now);
        Slowest = took > Slowest ? took : Slowest;
        Interlocked.Increment(ref _received);
    }
}
