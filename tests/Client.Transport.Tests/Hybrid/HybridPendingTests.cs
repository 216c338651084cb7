using System.Runtime.CompilerServices;
using Client.Transport.Hybrid;
using TestKit;

namespace Client.Transport.Tests.Hybrid;

public sealed class HybridPendingTests
{
    private const string ForgottenReason = "Refused, and nobody asks.";

    [Fact]
    public async Task While_no_path_works_new_messages_wait_without_another_attempt()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var first = await bench.SendPendingAsync(1);
        var (direct, relay) = (bench.Direct.Connects, bench.Relay.Connects);

        var second = await bench.SendPendingAsync(2);

        Assert.Same(first.Reason, second.Reason);
        Assert.Equal((direct, relay), (bench.Direct.Connects, bench.Relay.Connects));
        Assert.Equal(2, bench.Transport.PendingCount(HybridBench.Bob));
    }

    [Fact]
    public async Task Pending_flush_and_new_messages_keep_their_order()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        await bench.SendPendingAsync(0);
        await bench.SendPendingAsync(1);

        bench.Relay.ComeBack();
        await HybridBench.HandedOverAsync(bench.Relay, 2);
        var newer = bench.SendAsync(2);
        await HybridBench.HandedOverAsync(bench.Relay, 3);
        for (var i = 0; i < 3; i++)
            bench.Relay.Link.Accept(i);

        Assert.Equal(SendStatus.Accepted, (await newer).Status);
        Assert.Equal([0, 1, 2], bench.Relay.Link.Numbers);
        await bench.NothingPendingAsync();
    }

    [Fact]
    public async Task A_flush_that_fails_keeps_everything_in_order()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        for (var i = 0; i < 3; i++)
            await bench.SendPendingAsync(i);

        bench.Relay.ComeBack();
        await HybridBench.HandedOverAsync(bench.Relay, 3);
        var newer = bench.SendAsync(3);
        await HybridBench.HandedOverAsync(bench.Relay, 4);
        bench.Relay.Unreachable().Link.Break();
        Assert.Equal(SendStatus.Pending, (await newer).Status);
        Assert.Equal(4, bench.Transport.PendingCount(HybridBench.Bob));

        bench.Relay.Accepting().ComeBack();
        await bench.NothingPendingAsync();
        Assert.Equal([0, 1, 2, 3], bench.Relay.Link.Numbers);
    }

    /// <remarks>A path reports a loss once. What its link had then without an answer must not go by the next one either.</remarks>
    [Fact]
    public async Task What_a_path_reports_lost_while_its_link_has_it_does_not_go_again_when_the_link_breaks()
    {
        await using var bench = new HybridBench(hasDirect: false);
        var lost = HybridBench.Numbered(0);
        var first = bench.SendAsync(lost);
        var second = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Relay, 2);

        bench.Relay.RaiseLoss(new LossReport(LossDirection.Sent, LossReason.Evicted, HybridBench.Bob, [lost.Id], 1));
        bench.Relay.Link.Break();

        Assert.Equal((SendStatus.Queued, TransportKind.Relay), ((await first).Status, (await first).Path));
        var pending = await second;
        bench.Relay.Accepting();
        bench.PassFlushInterval();
        await HybridBench.EndAsync(pending);
        Assert.Equal([1], bench.Relay.Link.Numbers);
    }

    /// <remarks>The answer was lost with a link. Sent again once the report is acknowledged, it would be a new message, behind its successors.</remarks>
    [Fact]
    public async Task What_a_path_reports_lost_while_it_waits_here_does_not_go_again()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var lost = HybridBench.Numbered(0);
        var pending = await bench.Transport.SendAsync(HybridBench.Bob, lost, TestContext.Current.CancellationToken);
        await bench.SendPendingAsync(1);

        bench.Relay.RaiseLoss(new LossReport(LossDirection.Sent, LossReason.Evicted, HybridBench.Bob, [lost.Id], 1));

        Assert.Equal(SendStatus.Queued, (await pending.Settled!).Status);
        bench.Relay.Accepting().ComeBack();
        await bench.NothingPendingAsync();
        Assert.Equal([1], bench.Relay.Link.Numbers);
    }

    [Fact]
    public async Task When_the_queue_is_full_the_oldest_is_given_up_and_reported()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { PendingPerPeer = 2 }).WithoutAnyPath();
        var oldest = HybridBench.Numbered(0);
        await bench.SendAsync(oldest);
        await bench.SendPendingAsync(1);
        Assert.Empty(bench.Losses);

        await bench.SendPendingAsync(2);

        var report = Assert.Single(bench.Losses);
        Assert.Equal((LossDirection.Sent, LossReason.PendingQueueFull), (report.Direction, report.Reason));
        Assert.Equal([oldest.Id], report.Ids);
        Assert.Equal(1, report.Count);
        Assert.Equal(2, bench.Transport.PendingCount(HybridBench.Bob));

        bench.Relay.Accepting().ComeBack();
        await bench.NothingPendingAsync();
        Assert.Equal([1, 2], bench.Relay.Link.Numbers);
    }

    [Fact]
    public async Task A_message_without_room_to_wait_fails_if_its_sender_still_waits()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { PendingPerPeer = 2 }, hasDirect: false);
        var sends = Enumerable.Range(0, 3).Select(bench.SendAsync).ToArray();
        await HybridBench.HandedOverAsync(bench.Relay, 3);

        bench.Relay.Unreachable().Link.Break();

        var failure = await Assert.ThrowsAsync<TransportException>(() => sends[0]);
        Assert.Equal(TransportError.ConnectionClosed, failure.Error);
        Assert.Contains("more than 2 messages wait", failure.Message, StringComparison.Ordinal);
        Assert.Equal(SendStatus.Pending, (await sends[1]).Status);
        Assert.Equal(SendStatus.Pending, (await sends[2]).Status);
        Assert.Empty(bench.Losses);
    }

    [Fact]
    public async Task One_peers_full_queue_costs_no_other_peer_a_message()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { PendingPerPeer = 1 }).WithoutAnyPath();
        await bench.Transport.SendAsync(HybridBench.Carol, HybridBench.Numbered(0), TestContext.Current.CancellationToken);

        for (var i = 0; i < 3; i++)
            await bench.SendPendingAsync(i);

        Assert.Equal(1, bench.Transport.PendingCount(HybridBench.Carol));
        Assert.All(bench.Losses, loss => Assert.Equal(HybridBench.Bob, loss.Peer));
        Assert.Equal(2, bench.Losses.Count);
    }

    [Fact]
    public async Task A_pending_message_is_a_copy()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var buffer = BitConverter.GetBytes(7);
        await bench.SendAsync(new OutgoingMessage(buffer));

        buffer.AsSpan().Clear();
        bench.Relay.Accepting().ComeBack();

        await bench.NothingPendingAsync();
        Assert.Equal([7], bench.Relay.Link.Numbers);
    }

    [Fact]
    public async Task Cancelling_after_the_answer_does_not_take_back_a_pending_message()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        using var caller = new CancellationTokenSource();
        await bench.SendAsync(HybridBench.Numbered(1), caller.Token);

        await caller.CancelAsync();
        bench.Relay.Accepting().ComeBack();

        await bench.NothingPendingAsync();
        Assert.Equal([1], bench.Relay.Link.Numbers);
    }

    [Fact]
    public async Task Bad_news_about_a_path_does_not_cause_an_attempt()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        await bench.SendPendingAsync(1);
        var connects = bench.Relay.Connects;

        bench.Relay.RaiseChanged();
        bench.Direct.RaiseChanged();
        await bench.SendPendingAsync(2);

        Assert.Equal(connects, bench.Relay.Connects);
    }

    [Fact]
    public async Task A_path_that_comes_back_while_the_last_attempt_fails_is_tried_again_at_once()
    {
        await using var bench = new HybridBench(hasDirect: false);
        var sending = bench.SendAsync(1);
        await HybridBench.HandedOverAsync(bench.Relay, 1);

        // The connection is back before its loss has reached the lane, so the event finds the lane busy.
        bench.Relay.Accepting().ComeBack();
        bench.Relay.Link.Break();

        Assert.Equal(SendStatus.Accepted, (await sending).Status);
    }

    [Fact]
    public async Task A_link_that_always_breaks_is_not_tried_without_a_pause()
    {
        await using var bench = new HybridBench(hasDirect: false);
        bench.Relay.BreaksAtOnce = true;

        await bench.SendPendingAsync(1);
        Assert.Equal(1, bench.Relay.Connects);

        bench.PassFlushInterval();
        await Eventually.Is("the flush has tried", () => bench.Relay.Connects == 2);
    }

    [Fact]
    public async Task A_path_that_fails_in_a_way_it_should_not_loses_nothing()
    {
        await using var bench = new HybridBench(hasDirect: false);
        bench.Relay.ConnectFailure = new InvalidOperationException("The transport has a bug.");

        Assert.Equal(TransportError.ConnectionClosed, (await bench.SendPendingAsync(1)).Reason!.Error);

        bench.Relay.Accepting().ComeBack();
        await bench.NothingPendingAsync();
    }

    [Fact]
    public async Task A_pending_send_tells_how_it_ended_when_it_is_accepted_at_last()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var pending = await bench.SendPendingAsync(1);
        Assert.False(pending.Settled!.IsCompleted);

        bench.Relay.ComeBack();
        await HybridBench.HandedOverAsync(bench.Relay, 1);
        bench.Relay.Link.Accept(0, status: SendStatus.Queued);

        Assert.Equal(new SendResult(SendStatus.Queued, TransportKind.Relay), await HybridBench.EndAsync(pending));
    }

    [Fact]
    public async Task A_send_that_never_was_pending_has_nothing_to_settle()
    {
        await using var bench = new HybridBench();
        bench.Direct.Accepting();

        Assert.Null((await bench.SendAsync(1)).Settled);
    }

    [Fact]
    public async Task A_pending_send_tells_when_it_is_refused_at_last()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var pending = await bench.SendPendingAsync(1);

        bench.Relay.ComeBack();
        await HybridBench.HandedOverAsync(bench.Relay, 1);
        bench.Relay.Link.Refuse(0, "The payload is too large.");

        var refusal = await Assert.ThrowsAsync<TransportException>(() => HybridBench.EndAsync(pending));
        Assert.Equal((TransportError.Io, "The payload is too large."), (refusal.Error, refusal.Message));
        await Eventually.Is("the loss is reported as well", () => bench.Losses.Count == 1);
    }

    [Fact]
    public async Task A_pending_send_tells_when_it_had_to_make_room()
    {
        await using var bench = new HybridBench(new HybridTransportOptions { PendingPerPeer = 1 }).WithoutAnyPath();
        var pending = await bench.SendPendingAsync(1);

        await bench.SendPendingAsync(2);

        var failure = await Assert.ThrowsAsync<TransportException>(() => HybridBench.EndAsync(pending));
        Assert.Contains("more than 1 messages wait", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pending_send_tells_that_the_transport_was_disposed()
    {
        var bench = new HybridBench().WithoutAnyPath();
        var pending = await bench.SendPendingAsync(1);

        await bench.DisposeAsync();

        var failure = await Assert.ThrowsAsync<TransportException>(() => HybridBench.EndAsync(pending));
        Assert.Equal(TransportError.ConnectionClosed, failure.Error);
    }

    [Fact]
    public async Task A_pending_send_that_nobody_looks_at_again_raises_nothing()
    {
        var unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) =>
            Interlocked.Add(ref unobserved, e.Exception.ToString().Contains(ForgottenReason, StringComparison.Ordinal) ? 1 : 0);

        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            await ForgetARefusedSendAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        Assert.Equal(0, unobserved);
    }

    [Fact]
    public async Task Disposal_reports_what_was_pending()
    {
        var bench = new HybridBench().WithoutAnyPath();
        var message = HybridBench.Numbered(1);
        await bench.SendAsync(message);

        await bench.DisposeAsync();

        var report = Assert.Single(bench.Losses);
        Assert.Equal(LossReason.Disposed, report.Reason);
        Assert.Equal([message.Id], report.Ids);
    }

    // Apart, so that nothing on the test's stack keeps the task alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetARefusedSendAsync()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        await bench.SendPendingAsync(1);
        bench.Relay.ComeBack();
        await HybridBench.HandedOverAsync(bench.Relay, 1);
        bench.Relay.Link.Refuse(0, ForgottenReason);
        await Eventually.Is("the refusal is reported", () => bench.Losses.Count == 1);
    }
}
