using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Hostile;

/// <summary>Somebody who means no good. Does not go through links: nobody cuts it off but the relay.</summary>
internal sealed class Stranger(ServerProcess relay, int seed)
{
    // As much as gets to the limits, and no more: the peers beside are to share a machine, not to find it gone.
    private const int GarbageBytes = 4096;
    private const int OversizedBytes = 1 << 20;
    private const int Calls = 50;
    private const int Recipients = 200;
    private const int Storm = 20;

    // All that the relay's mailbox holds for it, and more than sockets do; at less than the rate of a relay that slows down.
    private const int UnreadMessages = 80;
    private const int UnreadBytes = 64 << 10;
    private static readonly TimeSpan UnreadPause = TimeSpan.FromMilliseconds(60);

    // Longer than any limit of the relay.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the relay says at the end, or part of it. Which of several depends on its rates, and on what the garbage is.</summary>
    private static readonly Dictionary<Happening, string[]> Ends = new()
    {
        [Happening.Garbage] = ["HTTP/1.1 400"],
        [Happening.GarbageFrames] = ["no whole SignalR message", "Relay:MaxPayloadBytes", nameof(ErrorCode.RegistrationTimeout)],
        [Happening.Oversized] = ["Relay:MaxPayloadBytes"],
        [Happening.UnknownMethods] = [nameof(ErrorCode.TooManyFaults), nameof(ErrorCode.RegistrationTimeout)],
        [Happening.NeverRegisters] = [nameof(ErrorCode.RegistrationTimeout)],
        [Happening.NeverReads] = [nameof(ErrorCode.TooManyUnreadAnswers)],
        [Happening.Flood] = [HubMessages.Completed, nameof(ErrorCode.TooManyFaults)],
        [Happening.RegistrationStorm] = [nameof(IRelayClient.Replaced)],
        [Happening.Impostor] = [nameof(ErrorCode.ProofRefused)],
    };

    private readonly Random _random = new(seed);

    /// <summary>Whether it ended as it should.</summary>
    public static bool IsExpected(Happening what, string end) => Ends[what].Any(expected => end.Contains(expected, StringComparison.Ordinal));

    /// <summary>Does it, and stays until the relay has answered.</summary>
    /// <param name="victim">Whom an impostor wants to be.</param>
    /// <returns>How that ended, in the relay's words if it had any: the name of an <see cref="ErrorCode"/>, or others.</returns>
    public async Task<string> ActAsync(Happening what, PeerId victim, CancellationToken cancellationToken)
    {
        using var visit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        visit.CancelAfter(Patience);
        try
        {
            return what switch
            {
                Happening.Garbage => await SendGarbageAsync(visit.Token),
                Happening.GarbageFrames => await UnregisteredAsync(peer => peer.SendAsync(Bytes(GarbageBytes), visit.Token), visit.Token),
                Happening.Oversized => await UnregisteredAsync(peer => peer.SendAsync(StrangeCalls.Oversized(OversizedBytes), visit.Token), visit.Token),
                Happening.UnknownMethods => await UnregisteredAsync(peer => CallStrangelyAsync(peer, visit.Token), visit.Token),
                Happening.NeverRegisters => await UnregisteredAsync(_ => Task.CompletedTask, visit.Token),
                Happening.NeverReads => await NeverReadAsync(visit.Token),
                Happening.Flood => await FloodAsync(visit.Token),
                Happening.RegistrationStorm => await StormAsync(visit.Token),
                Happening.Impostor => await PretendAsync(victim, visit.Token),
                _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Nothing that strangers do."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"nothing within {Patience}";
        }
        catch (Exception over) when (over is IOException or SocketException or WebSocketException or HttpRequestException)
        {
            return over.Message;
        }
    }

    private async Task<string> SendGarbageAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, relay.Address.Port, cancellationToken);
        await socket.SendAsync(Bytes(GarbageBytes), cancellationToken);
        var answer = new byte[1024];
        return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, cancellationToken));
    }

    private async Task<string> UnregisteredAsync(Func<SilentPeer, Task> act, CancellationToken cancellationToken)
    {
        await using var peer = await SilentPeer.ConnectAsync(new Uri(relay.Address, "/relay"), cancellationToken);
        await peer.ShakeHandsAsync(cancellationToken);
        try
        {
            await act(peer);
        }
        catch (WebSocketException)
        {
            // Closed before all was said; why is there to be read.
        }

        return await peer.ReadAsync<string>(HubMessages.FindLastWord, cancellationToken);
    }

    private async Task CallStrangelyAsync(SilentPeer peer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Calls; i++)
        {
            await peer.SendAsync(StrangeCalls.UnknownMethod(), cancellationToken);
            await peer.SendAsync(StrangeCalls.Relay(1, [NewAddress()], 16), cancellationToken);
        }
    }

    private async Task<string> NeverReadAsync(CancellationToken cancellationToken)
    {
        using var self = PeerIdentity.NewKey();
        await using var peer = await SilentRegistration.AtRelayAsync(relay, self, cancellationToken);
        try
        {
            for (var i = 0; i < UnreadMessages; i++)
            {
                await peer.SendAsync(StrangeCalls.Relay(1 + i, [self.Address], UnreadBytes), cancellationToken);
                await Task.Delay(UnreadPause, TimeProvider.System, cancellationToken);
            }

            // Not silent, or that would be its end.
            while (true)
            {
                await peer.SendAsync(HubMessages.Ping, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            }
        }
        catch (Exception over) when (over is IOException or WebSocketException)
        {
            // Cut off. Why, the relay only counts: what is said to somebody who does not read is not heard.
            return nameof(ErrorCode.TooManyUnreadAnswers);
        }
    }

    private async Task<string> FloodAsync(CancellationToken cancellationToken)
    {
        const int messages = 100;
        string[] recipients = [.. Enumerable.Range(0, Recipients).Select(_ => NewAddress())];
        using var self = PeerIdentity.NewKey();
        await using var peer = await SilentRegistration.AtRelayAsync(relay, self, cancellationToken);
        try
        {
            for (var i = 1; i <= Calls; i++)
            {
                string[] some = [.. Enumerable.Range(0, messages).Select(_ => recipients[_random.Next(Recipients)])];
                await peer.SendAsync(StrangeCalls.Relay(1 + ((i - 1) * messages), some, 256, i == Calls ? "last" : null), cancellationToken);
            }
        }
        catch (WebSocketException)
        {
            // Closed before all was said; why is there to be read.
        }

        return await peer.ReadAsync<string>(HubMessages.FindLastWord, cancellationToken);
    }

    /// <summary>Some at once, and meanwhile one and the same again and again, each time on another connection.</summary>
    private async Task<string> StormAsync(CancellationToken cancellationToken)
    {
        var others = Enumerable.Range(0, Storm).Select(_ => RegisterAsync(cancellationToken)).ToArray();
        using var same = PeerIdentity.NewKey();
        var last = await SilentRegistration.AtRelayAsync(relay, same, cancellationToken);
        try
        {
            for (var i = 1; i < Storm; i++)
            {
                var next = await SilentRegistration.AtRelayAsync(relay, same, cancellationToken);
                await using var former = last;
                last = next;
                await former.ReadAsync((ReadOnlySpan<byte> read, out int taken) => HubMessages.Find(read, nameof(IRelayClient.Replaced), (ref _) => "", out taken), cancellationToken);
            }
        }
        finally
        {
            await last.DisposeAsync();
        }

        await Task.WhenAll(others);
        return nameof(IRelayClient.Replaced);
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        using var self = PeerIdentity.NewKey();
        await using var peer = await SilentRegistration.AtRelayAsync(relay, self, cancellationToken);
    }

    private async Task<string> PretendAsync(PeerId victim, CancellationToken cancellationToken)
    {
        using var own = PeerKey.Generate();
        try
        {
            await using var peer = await SilentRegistration.AtRelayAsync(relay, new PeerIdentity(victim, own), cancellationToken);
            return "the relay let the impostor in";
        }
        catch (RefusedException refused)
        {
            return refused.Code.ToString();
        }
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
