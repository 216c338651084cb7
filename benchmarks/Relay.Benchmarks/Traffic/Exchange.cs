using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Scenarios;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Traffic;

/// <summary>Peers that are connected to a server, and the flows between them.</summary>
internal sealed class Exchange : IAsyncDisposable
{
    // As many bytes under way in a flow as the relay allows a sender by default.
    private const int WindowBytes = 1024 * 1024;

    private readonly TimeSpan _patience;
    private readonly List<IPeer> _peers = [];
    private readonly Fault _fault = new();
    private readonly Flow[] _flows;
    private readonly FlowSender[] _senders;
    private readonly List<FlowReceiver> _receivers = [];

    private Exchange(int flows, TimeSpan patience)
    {
        _patience = patience;
        _flows = new Flow[flows];
        _senders = new FlowSender[flows];
    }

    /// <summary>Where other peers of the same run put what goes wrong.</summary>
    public IReceiver Faults => new FaultReceiver(_fault);

    /// <summary>How many messages have arrived since the peers are connected.</summary>
    public long Received
    {
        get
        {
            long sum = 0;
            foreach (var flow in _flows)
                sum += flow.Received;
            return sum;
        }
    }

    public static async Task<Exchange> ConnectAsync(
        ICandidate candidate, ServerProcess server, Topology topology, Settings settings, CancellationToken cancellationToken)
    {
        var exchange = new Exchange(topology.Flows.Count, settings.Patience);
        try
        {
            var addresses = new List<string>();
            for (var i = 0; i < topology.Peers; i++)
                addresses.Add(await exchange.AddPeerAsync(candidate, server, cancellationToken));

            var window = Math.Clamp(WindowBytes / settings.PayloadLength, 1, settings.Window);
            foreach (var (i, (sender, recipient)) in topology.Flows.Index())
            {
                exchange._flows[i] = new Flow(i, addresses[recipient], window);
                exchange._senders[i] = new FlowSender(exchange._peers[sender], exchange._flows[i], settings.PayloadLength);
            }

            return exchange;
        }
        catch
        {
            await exchange.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends by a pattern while <paramref name="measure"/> runs, then waits for all that is under way.</summary>
    /// <exception cref="VerificationException">Not everything arrived once, in order and unchanged.</exception>
    public async Task RunAsync(Pattern pattern, Func<Task> measure, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = pattern(_senders, stop.Token);
        try
        {
            await measure();
        }
        finally
        {
            await stop.CancelAsync();
        }

        await ArriveAsync(sending, cancellationToken);
    }

    /// <summary>Sends by a thread that does nothing else, then waits for all that is under way.</summary>
    /// <exception cref="VerificationException">Not everything arrived once, in order and unchanged.</exception>
    public async Task PaceAsync(Action<IReadOnlyList<FlowSender>, CancellationToken> send, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = Task.Factory.StartNew(
            () => send(_senders, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(sending, _fault.Occurred);
        await stop.CancelAsync();
        await sending;
        await ArriveAsync(Task.WhenAll(_senders.Select(sender => sender.SettleAsync())), cancellationToken);
    }

    /// <summary>How long confirmations took since the last time, of all senders together.</summary>
    public Latencies TakeConfirmations() => Take(_senders.Select(sender => sender.Confirmations));

    /// <summary>What has been measured since the last time, of all recipients together.</summary>
    public Latencies TakeLatencies() => Take(_receivers.Select(receiver => receiver.Latencies));

    private static Latencies Take(IEnumerable<Latencies> parts)
    {
        var all = new Latencies();
        foreach (var part in parts)
        {
            all.Add(part);
            part.Clear();
        }

        return all;
    }

    private async Task<string> AddPeerAsync(ICandidate candidate, ServerProcess server, CancellationToken cancellationToken)
    {
        // The key is not kept: nobody registers again, and each holds pages of locked memory.
        using var identity = PeerIdentity.NewKey();
        var receiver = new FlowReceiver(identity.Address, _flows, _fault);
        _receivers.Add(receiver);
        _peers.Add(await candidate.ConnectAsync(server, identity, receiver, cancellationToken));
        return identity.Address;
    }

    /// <summary>Waits until everything that was sent has arrived.</summary>
    private async Task ArriveAsync(Task sending, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var (last, since) = (Received, time.GetTimestamp());
        while (!(sending.IsCompleted && _flows.All(flow => flow.Received >= flow.Sent)))
        {
            _fault.ThrowIfSet();
            if (sending.IsFaulted)
                await sending;
            if (Received != last)
                (last, since) = (Received, time.GetTimestamp());
            else if (time.GetElapsedTime(since) > _patience)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
        }

        foreach (var flow in _flows)
        {
            if (flow.FindFault() is { } fault)
                throw new VerificationException(fault);
        }

        _fault.ThrowIfSet();
        await sending;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_peers.Select(peer => peer.DisposeAsync().AsTask()));
    }
}
