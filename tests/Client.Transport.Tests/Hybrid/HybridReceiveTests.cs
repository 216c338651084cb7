using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Hybrid;

public sealed class HybridReceiveTests
{
    private static readonly MessageId Id = MessageId.New();

    [Fact]
    public async Task A_message_is_acknowledged_to_its_path_when_the_next_one_is_asked_for()
    {
        await using var bench = new HybridBench();
        var first = bench.Relay.Deliver(HybridBench.Bob, Id);
        var second = bench.Relay.Deliver(HybridBench.Bob, MessageId.New());

        await bench.ReceiveAsync();
        Assert.False(first());
        await bench.ReceiveAsync();

        Assert.True(first());
        Assert.False(second());
    }

    [Fact]
    public async Task A_held_message_is_acknowledged_when_the_application_says_so()
    {
        await using var bench = new HybridBench();
        var first = bench.Relay.Deliver(HybridBench.Bob, Id);
        bench.Relay.Deliver(HybridBench.Bob, MessageId.New());

        var held = await bench.ReceiveAsync();
        held.Hold();
        await bench.ReceiveAsync();
        Assert.False(first());

        held.Acknowledge();
        Assert.True(first());
    }

    [Fact]
    public async Task A_repeat_is_acknowledged_only_once_the_application_has_the_first_copy_safe()
    {
        // The direct path keeps nothing. Were the relay's copy acknowledged at once, a crash now would lose the message.
        await using var bench = new HybridBench();
        var direct = bench.Direct.Deliver(HybridBench.Bob, Id);
        var message = await bench.ReceiveAsync();
        var repeat = bench.Relay.Deliver(HybridBench.Bob, Id);
        var behind = bench.Relay.Deliver(HybridBench.Bob, MessageId.New());
        message.Hold();

        // The relay's pump has gone past the repeat when what is behind it arrives.
        await bench.ReceiveAsync();
        Assert.False(direct());
        Assert.False(repeat());

        message.Acknowledge();
        Assert.True(direct());
        Assert.True(repeat());
        Assert.False(behind());
    }

    [Fact]
    public async Task A_repeat_of_an_acknowledged_message_is_acknowledged_at_once()
    {
        await using var bench = new HybridBench();
        bench.Direct.Deliver(HybridBench.Bob, Id);
        (await bench.ReceiveAsync()).Acknowledge();

        var repeat = bench.Relay.Deliver(HybridBench.Bob, Id);

        await Eventually.Is("the repeat is acknowledged", repeat);
    }

    [Fact]
    public async Task A_path_that_stops_receiving_is_read_again_after_its_connection_changed()
    {
        await using var bench = new HybridBench();
        bench.Relay.StopReceiving();
        await Eventually.Is("the relay's pump has seen it", () => bench.Relay.ReceiveFailures > 0);
        bench.Direct.Deliver(HybridBench.Bob, MessageId.New());
        Assert.Equal(TransportKind.P2P, (await bench.ReceiveAsync()).Path);

        bench.Relay.Deliver(HybridBench.Bob, Id);
        bench.Relay.ReceiveAgain();

        Assert.Equal(Id, (await bench.ReceiveAsync()).Id);
        Assert.Equal(1, bench.Relay.ReceiveFailures);
    }

    [Fact]
    public async Task A_full_inbox_stops_the_reading_and_loses_nothing()
    {
        await using var bench = new HybridBench(new() { InboxCapacity = 2 });
        var ids = Enumerable.Range(0, 50).Select(_ => MessageId.New()).ToArray();
        foreach (var id in ids)
            bench.Relay.Deliver(HybridBench.Bob, id);

        foreach (var id in ids)
            Assert.Equal(id, (await bench.ReceiveAsync()).Id);
    }

    [Fact]
    public async Task Either_path_makes_it_connected_and_both_report_changes_and_losses()
    {
        await using var bench = new HybridBench();
        var changes = 0;
        bench.Transport.ConnectionChanged += () => changes++;
        bench.Direct.Connected = false;
        Assert.True(bench.Transport.IsConnected(HybridBench.Bob));
        bench.Relay.Connected = false;
        Assert.False(bench.Transport.IsConnected(HybridBench.Bob));

        bench.Direct.RaiseChanged();
        bench.Relay.RaiseChanged();
        Assert.Equal(2, changes);

        var loss = new LossReport(LossDirection.Received, LossReason.Evicted, null, [], 3);
        bench.Relay.RaiseLoss(loss);
        bench.Direct.RaiseLoss(loss with { Count = 4 });
        Assert.Equal([3, 4], bench.Losses.Select(report => report.Count));
    }

    [Fact]
    public async Task A_handler_that_throws_stops_nothing()
    {
        await using var bench = new HybridBench();
        bench.Transport.ConnectionChanged += () => throw new InvalidOperationException("The application has a bug.");
        bench.Direct.Accepting();

        bench.Direct.RaiseChanged();

        Assert.Equal(SendStatus.Accepted, (await bench.SendAsync(1)).Status);
    }
}
