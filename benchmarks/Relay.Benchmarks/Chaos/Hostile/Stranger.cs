using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Hostile;

/// <summary>Somebody who means no good, for some seconds. Does not go through links: nobody cuts it off but the relay.</summary>
internal sealed class Stranger(ServerProcess relay, int seed)
{
    // As much as gets to the limits, and no more: the peers beside are to share a machine, not to find it gone.
    private const int GarbageBytes = 4096;
    private const int OversizedBytes = 1 << 20;
    private const int Calls = 50;
    private const int Recipients = 200;
    private const int Storm = 20;

    private static readonly TimeSpan Visit = TimeSpan.FromSeconds(3);

    private readonly Random _random = new(seed);

    /// <summary>Does it, and goes away.</summary>
    /// <param name="victim">Whom an impostor wants to be.</param>
    /// <returns>False if the relay let somebody in whom it must not.</returns>
    public async Task<bool> ActAsync(Happening what, PeerId victim, CancellationToken cancellationToken)
    {
        using var visit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        visit.CancelAfter(Visit);
        try
        {
            switch (what)
            {
                case Happening.Garbage:
                    await SendGarbageAsync(visit.Token);
                    break;
                case Happening.GarbageFrames:
                    await UnregisteredAsync(peer => peer.SendAsync(Bytes(GarbageBytes), visit.Token), visit.Token);
                    break;
                case Happening.Oversized:
                    await UnregisteredAsync(peer => peer.SendAsync(StrangeCalls.Oversized(OversizedBytes), visit.Token), visit.Token);
                    break;
                case Happening.UnknownMethods:
                    await UnregisteredAsync(peer => CallStrangelyAsync(peer, visit.Token), visit.Token);
                    break;
                case Happening.NeverRegisters:
                    await UnregisteredAsync(_ => Task.Delay(Visit, TimeProvider.System, visit.Token), visit.Token);
                    break;
                case Happening.NeverReads:
                    await RegisteredAsync((peer, self) => SendToOneselfAsync(peer, self, visit.Token), visit.Token);
                    break;
                case Happening.Flood:
                    await RegisteredAsync((peer, _) => FloodAsync(peer, visit.Token), visit.Token);
                    break;
                case Happening.RegistrationStorm:
                    await StormAsync(visit.Token);
                    break;
                case Happening.Impostor:
                    return !await IsAdmittedAsync(victim, visit.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or SocketException or WebSocketException or HttpRequestException)
        {
            // Thrown out, out of time, or the relay was away.
        }

        return true;
    }

    private async Task SendGarbageAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, relay.Address.Port, cancellationToken);
        await socket.SendAsync(Bytes(GarbageBytes), cancellationToken);
        while (await socket.ReceiveAsync(new byte[1024], cancellationToken) > 0)
        {
            // The relay says that it does not understand, and closes.
        }
    }

    private async Task UnregisteredAsync(Func<SilentPeer, Task> act, CancellationToken cancellationToken)
    {
        await using var peer = await SilentPeer.ConnectAsync(new Uri(relay.Address, "/relay"), cancellationToken);
        await peer.ShakeHandsAsync(cancellationToken);
        await act(peer);
        await peer.ReadAsync((ReadOnlySpan<byte> read, out int taken) => (taken = read.Length) < 0 ? "" : null, cancellationToken);
    }

    private async Task RegisteredAsync(Func<SilentPeer, PeerId, Task> act, CancellationToken cancellationToken)
    {
        using var self = PeerIdentity.NewKey();
        await using var peer = await SilentRegistration.AtRelayAsync(relay, self, cancellationToken);
        await act(peer, self.Id);

        // Stays, and reads nothing of what the relay has to say to it.
        await Task.Delay(Visit, TimeProvider.System, cancellationToken);
    }

    private async Task CallStrangelyAsync(SilentPeer peer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Calls; i++)
        {
            await peer.SendAsync(StrangeCalls.UnknownMethod(), cancellationToken);
            await peer.SendAsync(StrangeCalls.Relay(1, [NewAddress()], 16), cancellationToken);
        }
    }

    private static async Task SendToOneselfAsync(SilentPeer peer, PeerId self, CancellationToken cancellationToken)
    {
        const int messages = 8;
        for (var i = 0; i < Calls; i++)
            await peer.SendAsync(StrangeCalls.Relay(1 + (i * messages), [.. Enumerable.Repeat(self.Value, messages)], 16_000), cancellationToken);
    }

    private async Task FloodAsync(SilentPeer peer, CancellationToken cancellationToken)
    {
        const int messages = 100;
        string[] recipients = [.. Enumerable.Range(0, Recipients).Select(_ => NewAddress())];
        for (var i = 0; i < Calls; i++)
        {
            string[] some = [.. Enumerable.Range(0, messages).Select(_ => recipients[_random.Next(Recipients)])];
            await peer.SendAsync(StrangeCalls.Relay(1 + (i * messages), some, 256), cancellationToken);
        }
    }

    private async Task StormAsync(CancellationToken cancellationToken)
    {
        using var same = PeerIdentity.NewKey();
        var others = Enumerable.Range(0, Storm).Select(_ => RegisteredAsync((_, _) => Task.CompletedTask, cancellationToken)).ToArray();
        try
        {
            for (var i = 0; i < Storm; i++)
                await (await SilentRegistration.AtRelayAsync(relay, same, cancellationToken)).DisposeAsync();
        }
        finally
        {
            await Task.WhenAll(others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsAdmittedAsync(PeerId victim, CancellationToken cancellationToken)
    {
        using var own = PeerKey.Generate();
        await using var peer = await SilentRegistration.AtRelayAsync(relay, new PeerIdentity(victim, own), cancellationToken);
        return true;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>An address of nobody.</summary>
    private string NewAddress()
    {
        var key = Bytes(PeerKey.Length);
        key[^1] &= 0x3f;
        return PeerId.TryFromPublicKey(key, out var peer) ? peer.Value : NewAddress();
    }
}
