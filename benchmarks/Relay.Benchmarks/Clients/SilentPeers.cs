using System.Net.Sockets;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>Many silent peers at one server, and the pings by which the server knows that they are there.</summary>
internal sealed class SilentPeers(ISilentCandidate candidate, ServerProcess server, IReceiver receiver) : IAsyncDisposable
{
    /// <summary>So many register at the same time.</summary>
    public const int AtATime = 32;

    // The protocol asks for one at least every 15 s.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    private readonly List<SilentPeer> _peers = [];
    private readonly CancellationTokenSource _stop = new();
    private Task? _pinging;

    public int Count => _peers.Count;

    /// <param name="identify">Makes the identity of one peer. It is disposed once the peer has registered.</param>
    public async Task ConnectAsync(int count, Func<PeerIdentity> identify, CancellationToken cancellationToken)
    {
        var connected = new SilentPeer[count];
        try
        {
            await RegisterAsync(connected, identify, cancellationToken);
        }
        catch (Exception failure) when (failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } or SocketException { NativeErrorCode: 23 or 24 })
        {
            throw new IOException($"{_peers.Count + count:#,0} connections are more files than a process may open here. Raise the limit with ulimit -n.", failure);
        }

        foreach (var peer in connected)
            peer.BeSilent(receiver);
        lock (_peers)
            _peers.AddRange(connected);
        _pinging ??= Task.Run(PingAsync, cancellationToken);
    }

    private Task RegisterAsync(SilentPeer[] connected, Func<PeerIdentity> identify, CancellationToken cancellationToken) =>
        Parallel.ForAsync(0, connected.Length, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (i, token) =>
        {
            using var identity = identify();
            connected[i] = await candidate.ConnectSilentAsync(server, identity, token);
        });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_pinging is not null)
            await _pinging;
        await Parallel.ForEachAsync(_peers, async (peer, _) => await peer.DisposeAsync());
        _stop.Dispose();
    }

    /// <summary>Spread over the interval, as those of so many programs would be.</summary>
    private async Task PingAsync()
    {
        const int parts = 100;
        try
        {
            for (var part = 0; ; part = (part + 1) % parts)
            {
                SilentPeer[] peers;
                lock (_peers)
                    peers = [.. _peers.Where((_, i) => i % parts == part)];
                foreach (var peer in peers)
                    await peer.SendAsync(HubMessages.Ping, _stop.Token);
                await Task.Delay(PingInterval / parts, TimeProvider.System, _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The end of the run.
        }
        catch (Exception failure)
        {
            receiver.Fail(failure);
        }
    }
}
