using System.Text;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using EndToEnd.Tests.Programs;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>What a transport is given to send while the relay stops.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task A_message_sent_while_the_relay_drains_is_answered_and_delivered_by_the_next_one()
    {
        await using var relay = await RelayProcess.StartAsync("--Relay:DrainTimeout=00:01:00");
        var bobsKey = TestPeers.Key("bob during a drain");
        await using var alice = new HybridTransport(null, Relay(relay.Url, "alice during a drain"));
        await using var bob = Relay(relay.Url, "bob during a drain");
        await bob.ConnectAsync(TestPeers.Key("alice during a drain").PeerId, Token);

        // Bob has not read it: the relay waits for him, and so still listens to Alice.
        await SendAsync(alice, "in time");
        relay.Process.Terminate();
        await relay.Process.WaitForLineAsync("Shutting down");
        var late = SendAsync(alice, "too late for this one");

        Assert.Equal(0, await relay.Process.WaitForExitAsync());
        Assert.False(late.IsCompleted, "A relay that ends has answered for a message that ends with it.");
        await relay.StartAgainAsync();
        await late.WaitAsync(Eventually.Patience, TimeProvider.System, Token);

        var texts = new List<string>();
        await foreach (var message in bob.ReceiveAllAsync(Token))
        {
            texts.Add(Encoding.UTF8.GetString(message.Payload.Span));
            if (texts.Count == 2)
                break;
        }

        Assert.Equal(["in time", "too late for this one"], texts);

        async Task SendAsync(HybridTransport from, string text)
        {
            var result = await from.SendAsync(bobsKey.PeerId, new OutgoingMessage(Encoding.UTF8.GetBytes(text)), Token);
            if (result.Settled is { } settled)
                await settled;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RelayTransport Relay(string relay, string name) => new(new RelayTransportOptions
    {
        Url = new Uri(relay),
        Key = TestPeers.Key(name),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        RegistrationTimeout = TimeSpan.FromSeconds(30),
        ReconnectDelay = TimeSpan.FromMilliseconds(50),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(300),
    });
}
