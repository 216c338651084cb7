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

    // A server from which nothing comes for so long has lost it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly List<IPeer> _peers = [];
    private readonly Fault _fault = new();
    private readonly Flow[] _flows;
    private readonly FlowSender[] _senders;
    private readonly List<FlowReceiver> _receivers = [];

    private Exchange(Topology topology, IReadOnlyList<PeerIdentity> identities, int window)
    {
        _flows = [.. topology.Flows.Select((flow, i) => new Flow(i, identities[flow.Recipient].Address, window))];
        _senders = new FlowSender[_flows.Length];
    }

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
        PeerIdentity[] identities = [.. Enumerable.Range(0, topology.Peers).Select(_ => PeerIdentity.NewKey())];
        var window = Math.Clamp(WindowBytes / settings.PayloadLength, 1, settings.Window);
        var exchange = new Exchange(topology, identities, window);
        try
        {
            foreach (var identity in identities)
            {
                var receiver = new FlowReceiver(identity.Address, exchange._flows, exchange._fault);
                exchange._receivers.Add(receiver);
                exchange._peers.Add(await candidate.ConnectAsync(server, identity, receiver, cancellationToken));
            }

            for (var i = 0; i < exchange._flows.Length; i++)
                exchange._senders[i] = new FlowSender(exchange._peers[topology.Flows[i].Sender], exchange._flows[i], settings.PayloadLength);
            return exchange;
        }
        catch
        {
            await exchange.DisposeAsync();
            throw;
        }
        finally
        {
            // Nobody registers again, and each key holds pages of locked memory.
            foreach (var identity in identities)
                identity.Dispose();
        }
    }

    /// <summary>Sends as fast as the windows allow while <paramref name="measure"/> runs, then waits for all that is under way.</summary>
    /// <exception cref="VerificationException">Not everything arrived once, in order and unchanged.</exception>
    public async Task RunAsync(Func<Task> measure, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = Task.WhenAll(_senders.Select(sender => Task.Run(() => sender.RunAsync(stop.Token), CancellationToken.None)));
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

    /// <summary>What has been measured since the last time, of all recipients together.</summary>
    public Latencies TakeLatencies()
    {
        var all = new Latencies();
        foreach (var receiver in _receivers)
        {
            all.Add(receiver.Latencies);
            receiver.Latencies.Clear();
        }

        return all;
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
            else if (time.GetElapsedTime(since) > Silence)
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
        foreach (var peer in _peers)
            await peer.DisposeAsync();
    }
}
