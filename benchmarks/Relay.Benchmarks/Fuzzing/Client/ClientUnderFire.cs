using Client.Transport;
using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Traffic;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>An application with one <see cref="RelayTransport"/> after the other, at a hostile relay: sends, receives, unless it is one that takes nothing until the end, and looks that it is only failed in the ways it is told of.</summary>
internal sealed class ClientUnderFire(HostileRelay relay, int number, Marks marks, ILoggerFactory logs, Action<string> found)
{
    private const int UnderWay = 24;

    // A relay may ask for a quarter of an hour of silence; who runs the fuzzing has less time.
    private static readonly TimeSpan Unconnected = TimeSpan.FromMilliseconds(1500);

    // Longer than the relay waits for who should close by itself.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);
    private static readonly PeerId Recipient = PeerId.Parse("alice");

    /// <summary>Transports made so far.</summary>
    public int Lives { get; private set; }

    public long Sent { get; private set; }

    public long Received { get; private set; }

    /// <summary>The longest a transport took to be disposed of.</summary>
    public TimeSpan SlowestEnd { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Lives++;
            using var identity = Lives % 3 == 0 ? PeerIdentity.NewKey() : PeerIdentity.NewName();
            await LiveAsync(identity, stop);
        }
    }

    private async Task LiveAsync(PeerIdentity identity, CancellationToken stop)
    {
        var takesAll = number % 3 != 0;
        var transport = new RelayTransport(
            new RelayTransportOptions
            {
                Url = takesAll ? relay.Url : relay.UrlOfUntaken,
                Key = identity.Key,
                Peer = identity.Id,
                ConnectTimeout = takesAll ? TimeSpan.FromSeconds(1) : Patient,
                RegistrationTimeout = TimeSpan.FromMilliseconds(500),
                ReconnectDelay = TimeSpan.FromMilliseconds(2),
                MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
                AllowLongPolling = number % 2 == 0,
            },
            loggerFactory: logs);
        transport.LossReported += loss =>
        {
            if (loss.Count < loss.Ids.Count)
                found($"client {number}: {loss.Count} messages were lost, it is told, and {loss.Ids.Count} of them are named");
            marks.Seen(loss.Count);
        };
        var receiver = new Receiver(found);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] application = [takesAll ? ReceiveAsync(transport, receiver.Take) : Task.CompletedTask, .. Enumerable.Range(0, UnderWay).Select(_ => SendAsync(transport, end.Token))];
        await LastAsync(transport, takesAll, end.Token);
        await end.CancelAsync();
        if (!takesAll && transport.State == RelayConnectionState.Replaced)
        {
            // Nothing more comes, and what is there can still be received.
            await ReceiveAsync(transport, receiver.TakeLate);
        }

        var start = Clock.Now;
        try
        {
            await transport.DisposeAsync().AsTask().WaitAsync(Soon, TimeProvider.System, CancellationToken.None);
            await Task.WhenAll(application).WaitAsync(Soon, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            found($"client {number}: its transport, or what was under way in it, did not end within {Soon.TotalSeconds} s of its disposal");
        }
        catch (Exception failure)
        {
            found($"client {number}: disposing failed: {failure}");
        }

        Received += receiver.Received;
        var took = Clock.Between(start, Clock.Now);
        SlowestEnd = took > SlowestEnd ? took : SlowestEnd;
    }

    /// <summary>Waits until the transport is of no more use, or has lived long enough.</summary>
    private async Task LastAsync(RelayTransport transport, bool takesAll, CancellationToken stop)
    {
        // One that keeps too much for its application connects again and again, and can do no better: not while its rest is looked at.
        var wasQuiet = relay.IsQuiet;
        var (born, connected) = (Clock.Now, Clock.Now);
        while (!stop.IsCancellationRequested && transport.State != RelayConnectionState.Replaced && (takesAll || relay.IsQuiet == wasQuiet)
            && (relay.IsExpecting || (Clock.Between(born, Clock.Now) < Life && Clock.Between(connected, Clock.Now) < Unconnected)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            if (transport.State is RelayConnectionState.Connected)
                connected = Clock.Now;
        }
    }

    private async Task SendAsync(RelayTransport transport, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await transport.SendAsync(Recipient, new byte[100], stop);
                Sent++;
            }
            catch (TransportException)
            {
                // As it says. An application waits a little before it tries again.
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException && stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                found($"client {number}: a send failed in a way nobody is told of: {failure}");
                return;
            }
        }
    }

    private async Task ReceiveAsync(RelayTransport transport, Action<ReceivedMessage> take)
    {
        try
        {
            while (true)
            {
                take(await transport.ReceiveAsync());
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or TransportException)
        {
            // As it says: disposed of, or replaced.
        }
        catch (Exception failure)
        {
            found($"client {number}: receiving failed in a way nobody is told of: {failure}");
        }
    }
}
