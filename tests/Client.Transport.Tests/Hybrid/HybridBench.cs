using System.Collections.Concurrent;
using Client.Transport.Hybrid;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Hybrid;

/// <summary>One hybrid transport between two scripted paths.</summary>
internal sealed class HybridBench : IAsyncDisposable
{
    public static readonly PeerId Bob = PeerId.Parse("bob");
    public static readonly PeerId Carol = PeerId.Parse("carol");

    public HybridBench(HybridTransportOptions? options = null, bool hasDirect = true, bool hasRelay = true)
    {
        Options = options ?? new HybridTransportOptions();
        Transport = new HybridTransport(hasDirect ? Direct : null, hasRelay ? Relay : null, Options, Time);
        Transport.LossReported += Losses.Enqueue;
    }

    public ScriptedTransport Direct { get; } = new(TransportKind.P2P);

    public ScriptedTransport Relay { get; } = new(TransportKind.Relay);

    public FakeTimeProvider Time { get; } = new();

    public HybridTransportOptions Options { get; }

    public HybridTransport Transport { get; }

    public ConcurrentQueue<LossReport> Losses { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static OutgoingMessage Numbered(int number) => new(BitConverter.GetBytes(number));

    /// <summary>Both paths down.</summary>
    public HybridBench WithoutAnyPath()
    {
        Direct.Unreachable("the peer does not answer");
        Relay.Unreachable();
        return this;
    }

    public Task<SendResult> SendAsync(int number) => SendAsync(Numbered(number));

    public Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken? token = null) =>
        Transport.SendAsync(Bob, message, token ?? Token).AsTask().WaitAsync(Eventually.Patience, Token);

    public Task<ReceivedMessage> ReceiveAsync() => Transport.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);

    /// <summary>Sends while no path works, and sees it become pending.</summary>
    public async Task<SendResult> SendPendingAsync(int number)
    {
        var result = await SendAsync(number);
        Assert.Equal(SendStatus.Pending, result.Status);
        return result;
    }

    /// <summary>Waits until a pending message is accepted, refused or given up.</summary>
    public static Task<SendResult> EndAsync(SendResult pending) => pending.Settled!.WaitAsync(Eventually.Patience, Token);

    public void PassFlushInterval() => Time.Advance(Options.FlushInterval);

    /// <summary>Waits until a path's present link has been handed this many messages.</summary>
    public static Task HandedOverAsync(ScriptedTransport path, int count) => Eventually.Is(
        $"{count} messages are handed to {path.Kind}", () => path.Links.Count > 0 && path.Link.Sent.Count == count);

    public Task NothingPendingAsync() => Eventually.Is("nothing is pending", () => Transport.PendingCount(Bob) == 0);

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
