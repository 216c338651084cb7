using Client.Transport.Hybrid;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Hybrid;

/// <summary>Which path carries, how many at once, and what happens when it changes under way.</summary>
public sealed class HybridLaneTests
{
    [Fact]
    public async Task A_direct_send_with_an_unknown_outcome_goes_by_the_relay_with_the_same_id()
    {
        await using var bench = new HybridBench();
        bench.Relay.Accepting();
        var message = HybridBench.Numbered(1);

        var sending = bench.SendAsync(message);
        await HybridBench.HandedOverAsync(bench.Direct, 1);
        bench.Direct.Link.Break();

        Assert.Equal(TransportKind.Relay, (await sending).Path);
        Assert.Equal(message.Id, Assert.Single(bench.Relay.Link.Sent).Id);
    }

    [Fact]
    public async Task The_next_path_waits_until_everything_on_the_broken_one_is_settled_and_keeps_the_order()
    {
        await using var bench = new HybridBench();
        bench.Relay.Accepting();
        var sends = Enumerable.Range(0, 4).Select(bench.SendAsync).ToArray();
        await HybridBench.HandedOverAsync(bench.Direct, 4);

        bench.Direct.Link.Accept(0, TransportKind.P2P);
        bench.Direct.Link.Fail(2, ScriptedLink.Broken());
        await sends[0];
        Assert.Equal(0, bench.Relay.Connects);
        bench.Direct.Link.Fail(3, ScriptedLink.Broken());
        bench.Direct.Link.Fail(1, ScriptedLink.Broken());

        foreach (var send in sends[1..])
            Assert.Equal(TransportKind.Relay, (await send).Path);
        Assert.Equal([1, 2, 3], bench.Relay.Link.Numbers);
    }

    /// <remarks>The recipient goes by it: a repeat behind its successors is not taken.</remarks>
    [Fact]
    public async Task What_goes_again_because_a_link_broke_without_an_answer_is_a_repeat_and_nothing_else_is()
    {
        await using var bench = new HybridBench();
        bench.Relay.Accepting();
        var sends = Enumerable.Range(0, 3).Select(bench.SendAsync).ToArray();
        await HybridBench.HandedOverAsync(bench.Direct, 3);
        Assert.DoesNotContain(bench.Direct.Link.Sent, message => message.IsRepeat);

        bench.Direct.Link.Accept(0, TransportKind.P2P);
        await sends[0];
        bench.Direct.Link.Break();
        await Task.WhenAll(sends);
        await bench.SendAsync(3);

        Assert.Equal([(1, true), (2, true), (3, false)], bench.Relay.Link.Sent.Select(message => (BitConverter.ToInt32(message.Payload.Span), message.IsRepeat)));
    }

    [Fact]
    public async Task What_has_an_id_below_an_earlier_ones_is_no_repeat_as_it_would_come_too_late_where_nothing_was_lost()
    {
        await using var bench = new HybridBench();
        bench.Relay.Accepting();
        OutgoingMessage one = HybridBench.Numbered(1), two = HybridBench.Numbered(2), three = HybridBench.Numbered(3);
        var sends = new[] { two, one, three }.Select(message => bench.SendAsync(message)).ToArray();
        await HybridBench.HandedOverAsync(bench.Direct, 3);

        bench.Direct.Link.Break();
        await Task.WhenAll(sends);

        Assert.Equal([true, false, true], bench.Relay.Link.Sent.Select(message => message.IsRepeat));
    }

    [Fact]
    public async Task No_more_than_the_allowed_number_is_in_flight()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { MaxInFlight = 4 });
        var sends = Enumerable.Range(0, 9).Select(bench.SendAsync).ToArray();
        await HybridBench.HandedOverAsync(bench.Direct, 4);

        for (var i = 0; i < sends.Length; i++)
        {
            Assert.True(bench.Direct.Link.Sent.Count - i <= 4);
            await Eventually.Is("the next one is handed over", () => bench.Direct.Link.Sent.Count > i);
            bench.Direct.Link.Accept(i, TransportKind.P2P);
            await sends[i];
        }

        Assert.Equal(Enumerable.Range(0, 9), bench.Direct.Link.Numbers);
    }

    [Fact]
    public async Task Peers_do_not_wait_for_each_other()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { MaxInFlight = 1 });
        var toBob = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Direct, 1);

        var toCarol = bench.Transport.SendAsync(HybridBench.Carol, HybridBench.Numbered(2), TestContext.Current.CancellationToken).AsTask();
        await HybridBench.HandedOverAsync(bench.Direct, 2);
        bench.Direct.Link.Accept(1);

        await toCarol;
        Assert.False(toBob.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_message_that_still_queues_is_not_sent()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { MaxInFlight = 1 });
        using var caller = new CancellationTokenSource();
        var first = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Direct, 1);
        var cancelled = bench.SendAsync(HybridBench.Numbered(2), caller.Token);
        var last = bench.SendAsync(3);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        bench.Direct.Link.Accept(0);
        await first;
        await HybridBench.HandedOverAsync(bench.Direct, 2);
        bench.Direct.Link.Accept(1);

        await last;
        Assert.Equal([1, 3], bench.Direct.Link.Numbers);
    }

    [Fact]
    public async Task A_cancelled_message_in_flight_neither_breaks_the_link_nor_goes_again()
    {
        await using var bench = new HybridBench();
        using var caller = new CancellationTokenSource();
        var cancelled = bench.SendAsync(HybridBench.Numbered(1), caller.Token);
        var other = bench.SendAsync(2);
        await HybridBench.HandedOverAsync(bench.Direct, 2);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        bench.Direct.Link.Accept(1, TransportKind.P2P);

        Assert.Equal(TransportKind.P2P, (await other).Path);
        Assert.Equal(0, bench.Relay.Connects);
        Assert.Equal([1, 2], bench.Direct.Link.Numbers);
    }

    [Fact]
    public async Task A_direct_path_that_failed_is_not_asked_before_every_message()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        bench.Relay.Accepting();

        await bench.SendAsync(1);
        await bench.SendAsync(2);
        Assert.Equal(1, bench.Direct.Connects);

        bench.Direct.Accepting().ConnectFailure = null;
        bench.Time.Advance(bench.Options.DirectRetryDelay);
        Assert.Equal(TransportKind.P2P, (await bench.SendAsync(3)).Path);
    }

    [Fact]
    public async Task A_direct_path_that_failed_is_asked_before_a_message_has_to_wait()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        bench.Relay.Accepting();
        await bench.SendAsync(1);

        bench.Relay.Unreachable();
        bench.Direct.Accepting().ConnectFailure = null;
        bench.Relay.Link.Break();

        Assert.Equal(TransportKind.P2P, (await bench.SendAsync(2)).Path);
    }

    [Fact]
    public async Task A_direct_path_that_reports_a_change_is_asked_first_again()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        bench.Relay.Accepting();
        await bench.SendAsync(1);

        bench.Direct.Accepting().ComeBack();

        Assert.Equal(TransportKind.P2P, (await bench.SendAsync(2)).Path);
    }

    [Fact]
    public async Task A_stream_by_the_relay_moves_to_the_direct_path_once_that_is_back()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        var first = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Relay, 1);

        bench.Direct.Accepting().ComeBack();
        var second = bench.SendAsync(2);
        bench.Relay.Link.Accept(0);

        Assert.Equal(TransportKind.Relay, (await first).Path);
        Assert.Equal(TransportKind.P2P, (await second).Path);
        Assert.Equal([1], bench.Relay.Link.Numbers);
    }

    [Fact]
    public async Task Lanes_that_have_nothing_to_do_are_removed()
    {
        await using var bench = new HybridBench();
        bench.Direct.Accepting();
        for (var i = 0; i < 200; i++)
            await bench.Transport.SendAsync(PeerNumber(i), HybridBench.Numbered(i), TestContext.Current.CancellationToken);
        Assert.Equal(200, bench.Transport.LaneCount);

        await Eventually.Is("every lane is gone", () =>
        {
            bench.PassFlushInterval();
            return bench.Transport.LaneCount == 0;
        });
        await bench.SendAsync(1);
    }

    [Fact]
    public async Task A_lane_with_pending_messages_stays()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        await bench.SendPendingAsync(1);

        bench.PassFlushInterval();
        bench.PassFlushInterval();

        Assert.Equal(1, bench.Transport.LaneCount);
        Assert.Equal(1, bench.Transport.PendingCount(HybridBench.Bob));
    }

    private static PeerId PeerNumber(int number) => PeerId.Parse($"peer-{number}");
}
