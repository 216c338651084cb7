using Client.Transport.Hybrid;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Hybrid;

public sealed class HybridDisposalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_paths_are_disposed_once()
    {
        var bench = new HybridBench();

        await bench.DisposeAsync();
        await bench.DisposeAsync();

        Assert.Equal((1, 1), (bench.Direct.Disposals, bench.Relay.Disposals));
    }

    [Fact]
    public async Task A_send_under_way_ends_with_disposal()
    {
        var bench = new HybridBench();
        var sending = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Direct, 1);

        await bench.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending);
        Assert.Equal(0, bench.Relay.Connects);
    }

    [Fact]
    public async Task What_arrived_and_was_not_received_is_not_acknowledged()
    {
        var bench = new HybridBench();
        var taken = bench.Relay.Deliver(HybridBench.Bob, MessageId.New());
        var waiting = bench.Relay.Deliver(HybridBench.Bob, MessageId.New());
        await bench.ReceiveAsync();

        await bench.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.Transport.ReceiveAsync(Token).AsTask());
        Assert.False(taken());
        Assert.False(waiting());
    }

    [Fact]
    public async Task A_link_ends_with_its_transport()
    {
        var bench = new HybridBench();
        bench.Direct.Accepting();
        var link = await bench.Transport.ConnectAsync(HybridBench.Bob, Token);
        Assert.True(link.IsOpen);

        await bench.DisposeAsync();

        Assert.False(link.IsOpen);
        var failure = await Assert.ThrowsAsync<TransportException>(() => link.SendAsync(HybridBench.Bob, HybridBench.Numbered(1), Token));
        Assert.Equal(TransportError.ConnectionClosed, failure.Error);
    }

    [Fact]
    public async Task Sends_and_disposal_at_the_same_moment_leave_nobody_waiting()
    {
        for (var round = 0; round < 50; round++)
        {
            var bench = new HybridBench();
            bench.Direct.Accepting();
            var sends = Enumerable.Range(0, 8).Select(i => Task.Run(() => bench.SendAsync(i), Token)).ToArray();

            await bench.DisposeAsync();

            await Eventually.Is("every send has ended", () => Array.TrueForAll(sends, send => send.IsCompleted));
            foreach (var send in sends.Where(send => send.IsFaulted))
                await Assert.ThrowsAsync<ObjectDisposedException>(() => send);
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => new HybridTransport(null, null, new HybridTransportOptions { PendingPerPeer = 0 }));

        Assert.Equal(nameof(HybridTransportOptions.PendingPerPeer), refused.ParamName);
    }
}
