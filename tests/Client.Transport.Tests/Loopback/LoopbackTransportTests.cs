using Client.Transport.Loopback;
using Relay.Contracts;

namespace Client.Transport.Tests.Loopback;

/// <summary>What is the loopback's own, beyond the contract.</summary>
public sealed class LoopbackTransportTests
{
    private static readonly PeerId Alice = PeerId.Parse("alice");
    private static readonly PeerId Bob = PeerId.Parse("bob");
    private static readonly PeerId Carol = PeerId.Parse("carol");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_waits_for_room_and_a_cut_ends_the_wait_but_not_what_was_accepted()
    {
        var (alice, bob) = LoopbackTransport.CreatePair(Alice, Bob, new LoopbackOptions { InboxCapacity = 1 });
        var accepted = Message();
        var waiting = Message();
        await alice.SendAsync(Bob, accepted, Token);
        var send = alice.SendAsync(Bob, waiting, Token).AsTask();
        Assert.False(send.IsCompleted);

        alice.Cut();

        var failure = await Assert.ThrowsAsync<TransportException>(() => send);
        Assert.Equal(TransportError.ConnectionClosed, failure.Error);
        Assert.Equal(accepted.Id, (await bob.ReceiveAsync(Token)).Id);

        // It never got into the inbox, so its retry is no repeat.
        alice.Restore();
        await alice.SendAsync(Bob, waiting, Token);
        Assert.Equal(waiting.Id, (await bob.ReceiveAsync(Token)).Id);
    }

    [Fact]
    public async Task Room_goes_to_the_longest_waiting()
    {
        var (alice, bob) = LoopbackTransport.CreatePair(Alice, Bob, new LoopbackOptions { InboxCapacity = 1 });
        var messages = Enumerable.Range(0, 3).Select(_ => Message()).ToArray();
        var sends = messages.Select(message => alice.SendAsync(Bob, message, Token).AsTask()).ToArray();

        for (var i = 0; i < 3; i++)
        {
            await sends[i];
            Assert.True(i == 2 || !sends[i + 1].IsCompleted);
            Assert.Equal(messages[i].Id, (await bob.ReceiveAsync(Token)).Id);
        }
    }

    [Fact]
    public async Task Cutting_one_of_three_leaves_the_others_connected()
    {
        var network = new LoopbackNetwork();
        var (alice, bob, carol) = (network.Join(Alice), network.Join(Bob), network.Join(Carol));

        bob.Cut();

        Assert.True(alice.IsConnected(Carol));
        Assert.False(alice.IsConnected(Bob));
        Assert.False(carol.IsConnected(Bob));
        var failure = await Assert.ThrowsAsync<TransportException>(() => alice.SendAsync(Bob, Message(), Token).AsTask());
        Assert.Equal(TransportError.Unreachable, failure.Error);
        await alice.SendAsync(Carol, Message(), Token);
    }

    [Fact]
    public async Task What_was_not_acknowledged_when_its_recipient_was_disposed_is_reported_to_its_sender()
    {
        var (alice, bob) = LoopbackTransport.CreatePair(Alice, Bob);
        var losses = new List<LossReport>();
        alice.LossReported += losses.Add;
        var taken = Message();
        var held = Message();
        await alice.SendAsync(Bob, taken, Token);
        await alice.SendAsync(Bob, held, Token);
        (await bob.ReceiveAsync(Token)).Acknowledge();
        (await bob.ReceiveAsync(Token)).Hold();

        await bob.DisposeAsync();

        var report = Assert.Single(losses);
        Assert.Equal((LossDirection.Sent, LossReason.Disposed, Bob, 1), (report.Direction, report.Reason, report.Peer, report.Count));
        Assert.Equal([held.Id], report.Ids);
    }

    [Fact]
    public async Task A_peer_may_leave_and_join_again_but_not_be_there_twice()
    {
        var network = new LoopbackNetwork();
        var alice = network.Join(Alice);
        var bob = network.Join(Bob);
        Assert.Throws<InvalidOperationException>(() => network.Join(Bob));

        await bob.DisposeAsync();
        Assert.False(alice.IsConnected(Bob));
        bob = network.Join(Bob);

        var message = Message();
        await alice.SendAsync(Bob, message, Token);
        Assert.Equal(message.Id, (await bob.ReceiveAsync(Token)).Id);
    }

    private static OutgoingMessage Message() => new(new byte[] { 1 });
}
