using TestKit;

namespace Client.Transport.Tests.Hybrid;

/// <summary>The hybrid transport's part in each row of the requirements' table.</summary>
public sealed class HybridRequirementTests
{
    [Fact]
    public async Task AcceptedWhen_5_MainWay_1_and_2_what_the_direct_path_cannot_carry_goes_to_the_relay()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        bench.Relay.Accepting();

        var result = await bench.SendAsync(1);

        Assert.Equal(new SendResult(SendStatus.Accepted, TransportKind.Relay), result);
    }

    [Fact]
    public async Task MainWay_1_the_relay_is_not_asked_while_the_direct_path_works()
    {
        await using var bench = new HybridBench();
        bench.Direct.Accepting();

        var result = await bench.SendAsync(1);

        Assert.Equal(TransportKind.P2P, result.Path);
        Assert.Equal(0, bench.Relay.Connects);
    }

    [Theory]
    [InlineData(true, "The direct path failed: the peer does not answer")]
    [InlineData(false, "There is no direct path.")]
    public async Task UC4_1a_without_a_relay_url_the_message_waits(bool hasDirect, string reason)
    {
        await using var bench = new HybridBench(hasDirect: hasDirect, hasRelay: false).WithoutAnyPath();

        var result = await bench.SendAsync(1);

        Assert.Equal(SendStatus.Pending, result.Status);
        Assert.Equal(TransportKind.None, result.Path);
        Assert.Equal(TransportError.Unreachable, result.Reason!.Error);
        Assert.StartsWith(reason, result.Reason.Message, StringComparison.Ordinal);
        Assert.Contains("No relay is configured", result.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(1, bench.Transport.PendingCount(HybridBench.Bob));
    }

    [Fact]
    public async Task UC4_1a_the_waiting_message_goes_when_the_direct_path_is_there()
    {
        await using var bench = new HybridBench(hasRelay: false).WithoutAnyPath();
        await bench.SendPendingAsync(1);

        bench.Direct.Accepting().ComeBack();

        await bench.NothingPendingAsync();
        Assert.Equal([1], bench.Direct.Link.Numbers);
    }

    [Theory]
    [InlineData("UC4-4a the relay cannot be reached", TransportError.Unreachable)]
    [InlineData("UC4-4b connecting takes too long", TransportError.Timeout)]
    [InlineData("UC4-4c the TLS handshake fails", TransportError.Io)]
    [InlineData("UC4-5a registration is refused", TransportError.Io)]
    [InlineData("UC4-6a Registered does not come", TransportError.Timeout)]
    public async Task The_message_waits_with_the_relays_own_reason_and_goes_later(string row, TransportError error)
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        bench.Relay.ConnectFailure = new TransportException(error, row);

        var result = await bench.SendAsync(1);

        Assert.Equal(SendStatus.Pending, result.Status);
        Assert.Same(bench.Relay.ConnectFailure, result.Reason);

        bench.Relay.Accepting().ConnectFailure = null;
        bench.PassFlushInterval();

        await bench.NothingPendingAsync();
        Assert.Equal([1], bench.Relay.Link.Numbers);
        Assert.Empty(bench.Losses);
    }

    [Fact]
    public async Task UC4_7a_what_was_on_its_way_when_the_connection_broke_waits_and_goes_again_with_its_id()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        var message = HybridBench.Numbered(1);

        var sending = bench.SendAsync(message);
        await HybridBench.HandedOverAsync(bench.Relay, 1);
        bench.Relay.Unreachable();
        bench.Relay.Link.Break();
        var result = await sending;

        Assert.Equal(SendStatus.Pending, result.Status);
        Assert.Equal(TransportError.ConnectionClosed, result.Reason!.Error);

        bench.Relay.Accepting().ComeBack();
        await bench.NothingPendingAsync();
        Assert.Equal(message.Id, Assert.Single(bench.Relay.Link.Sent).Id);
    }

    [Fact]
    public async Task UC4_7b_a_payload_over_the_limit_fails_alone()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();

        var sends = Enumerable.Range(0, 3).Select(bench.SendAsync).ToArray();
        await HybridBench.HandedOverAsync(bench.Relay, 3);
        bench.Relay.Link.Refuse(1);
        bench.Relay.Link.Accept(0);
        bench.Relay.Link.Accept(2);

        var refusal = await Assert.ThrowsAsync<TransportException>(() => sends[1]);
        Assert.Equal(TransportError.Io, refusal.Error);
        Assert.Contains("too large", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(SendStatus.Accepted, (await sends[0]).Status);
        Assert.Equal(SendStatus.Accepted, (await sends[2]).Status);
        Assert.Single(bench.Relay.Links);
        Assert.Empty(bench.Losses);
    }

    [Fact]
    public async Task UC4_7b_a_pending_message_that_is_refused_at_last_is_reported()
    {
        await using var bench = new HybridBench().WithoutAnyPath();
        var message = HybridBench.Numbered(1);
        await bench.SendAsync(message);

        bench.Relay.Answer = _ => throw new TransportException(TransportError.Io, "too large");
        bench.Relay.ComeBack();

        await Eventually.Is("the refusal is reported", () => bench.Losses.Count == 1);
        Assert.True(bench.Losses.TryPeek(out var report));
        Assert.Equal((LossDirection.Sent, LossReason.Refused, 1), (report.Direction, report.Reason, report.Count));
        Assert.Equal(HybridBench.Bob, report.Peer);
        Assert.Equal([message.Id], report.Ids);
        Assert.Equal(0, bench.Transport.PendingCount(HybridBench.Bob));
    }

    [Fact]
    public async Task UC4_8a_a_message_the_relay_keeps_for_the_recipient_is_queued_not_pending()
    {
        await using var bench = new HybridBench();
        bench.Direct.Unreachable();
        bench.Relay.Answer = _ => new SendResult(SendStatus.Queued, TransportKind.Relay);

        Assert.Equal(new SendResult(SendStatus.Queued, TransportKind.Relay), await bench.SendAsync(1));
    }

    [Fact]
    public async Task UC4_12a_a_message_that_comes_by_both_paths_is_received_once()
    {
        await using var bench = new HybridBench();
        var message = HybridBench.Numbered(1);
        bench.Direct.Deliver(HybridBench.Bob, message.Id);
        Assert.Equal(message.Id, (await bench.ReceiveAsync()).Id);

        var repeat = bench.Relay.Deliver(HybridBench.Bob, message.Id);
        bench.Relay.Deliver(HybridBench.Carol, message.Id);

        // Carol's own id, though the same: the next thing the application sees.
        Assert.Equal(HybridBench.Carol, (await bench.ReceiveAsync()).Sender);
        Assert.True(repeat());
    }

    [Fact]
    public async Task AcceptedWhen_5_AfterSuccess_8_each_path_is_received_while_the_other_is_silent()
    {
        await using var pair = new HybridPair();
        foreach (var path in new ITransport[] { pair.AliceDirect, pair.AliceRelay, pair.AliceRelay, pair.AliceDirect })
        {
            await path.SendAsync(TransportPair.BobId, HybridBench.Numbered(0), TestContext.Current.CancellationToken);
            var received = await pair.Bob.ReceiveAsync(TestContext.Current.CancellationToken);
            Assert.Equal(path.Kind, received.Path);
        }
    }

    [Fact]
    public async Task AcceptedWhen_5_AfterFailure_2_with_both_paths_down_messages_wait_and_go_out_by_themselves_in_order()
    {
        await using var pair = new HybridPair();
        await pair.CutAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(SendStatus.Pending, (await SendAsync(pair, i)).Status);
        Assert.Equal(10, pair.AliceHybrid.PendingCount(TransportPair.BobId));

        pair.AliceRelay.Restore();

        for (var i = 0; i < 10; i++)
        {
            var received = await pair.Bob.ReceiveAsync(TestContext.Current.CancellationToken);
            Assert.Equal(i, BitConverter.ToInt32(received.Payload.Span));
            Assert.Equal(TransportKind.Relay, received.Path);
        }

        // Delivered can be earlier than its sender knows of it.
        await Eventually.Is("nothing is pending", () => pair.AliceHybrid.PendingCount(TransportPair.BobId) == 0);
    }

    private static Task<SendResult> SendAsync(HybridPair pair, int number) =>
        pair.Alice.SendAsync(TransportPair.BobId, HybridBench.Numbered(number), TestContext.Current.CancellationToken).AsTask();
}
