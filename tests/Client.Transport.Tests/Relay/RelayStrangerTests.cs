using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay keeps little for a PeerId that has never been there. Whoever writes more learns why, and may go on with everybody else.</summary>
public sealed class RelayStrangerTests : RelayTests
{
    private static readonly PeerId Nobody = PeerId.Parse("nobody");

    [Fact]
    public async Task A_message_over_the_quota_fails_with_its_code_and_what_to_do_and_nothing_else_fails()
    {
        await using var host = await RelayHost.StartAsync(options => options.StrangerMailboxBytes = 4096);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        await alice.ConnectAsync(Bob, Token);
        var changes = new List<RelayConnectionState>();
        alice.StateChanged += change => changes.Add(change.State);

        // In one burst: what is for Bob goes in the same calls as what is refused.
        var toNobody = new List<Task<SendResult>>();
        var toBob = new List<Task<SendResult>>();
        for (var i = 0; i < 20; i++)
        {
            toNobody.Add(alice.SendAsync(Nobody, new OutgoingMessage(new byte[1000]), Token).AsTask());
            toBob.Add(alice.SendAsync(Bob, Numbered(i), Token).AsTask());
        }

        Assert.Equal(Enumerable.Range(0, 20), await ReceiveNumbersAsync(bob, 20));
        Assert.All(await Task.WhenAll(toBob).WaitAsync(Eventually.Patience, Token), sent => Assert.Equal(SendStatus.Accepted, sent.Status));
        Assert.Equal(SendStatus.Queued, (await toNobody[0]).Status);
        foreach (var send in toNobody[4..])
        {
            var failure = await FailureOfAsync(() => send);
            Assert.Equal((TransportError.Io, ErrorCode.StrangerQuotaExceeded), (failure.Error, failure.Code));
            Assert.Contains("has never been at this relay", failure.Message, StringComparison.Ordinal);
            Assert.Contains("4096 bytes (Relay:StrangerMailboxBytes). docs/operating.md", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Nobody.Value, failure.Message, StringComparison.Ordinal);
        }

        // That it is connected may be told a moment after whoever waited for it.
        Assert.All(changes, state => Assert.Equal(RelayConnectionState.Connected, state));
        Assert.Equal(RelayConnectionState.Connected, alice.State);
    }

    [Fact]
    public async Task When_the_stranger_comes_what_was_refused_may_be_sent_again_with_its_id()
    {
        await using var host = await RelayHost.StartAsync(options => options.StrangerMailboxBytes = 4096);
        await using var alice = Transport(host.Url, Alice);
        var message = Numbered(-1);
        for (var i = 0; await Record.ExceptionAsync(() => SendAsync(message)) is null; i++)
            message = Numbered(i);

        await using var nobody = Transport(host.Url, Nobody);
        await nobody.ConnectAsync(Alice, Token);
        await SendAsync(message);

        MessageId last;
        do
            last = (await nobody.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Id;
        while (last != message.Id);

        Task SendAsync(OutgoingMessage message) => alice.SendAsync(Nobody, message, Token).AsTask().WaitAsync(Eventually.Patience, Token);
    }
}
