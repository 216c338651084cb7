using System.Text;
using System.Text.Json;
using Client.Transport;
using Client.Transport.Relay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>A client in another language, written from <c>docs/protocol.md</c>, takes part as one of ours does.</summary>
public sealed class JavaScriptPeerTests
{
    private const int Messages = 500;
    private static readonly PeerId Alice = PeerId.Parse("alice");
    private static readonly PeerId Jane = PeerId.Parse("jane");
    private static readonly string[] InOrder = [.. Enumerable.Range(1, Messages).Select(number => $"message {number}")];

    [Theory]
    [InlineData("messagepack")]
    [InlineData("json")]
    public async Task A_JavaScript_peer_and_a_RelayTransport_exchange_messages_in_order_and_once(string protocol)
    {
        Assert.SkipWhen(NodePeer.Unavailable is not null, NodePeer.Unavailable ?? "");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var relay = await RelayHost.StartAsync();
        await using var alice = new RelayTransport(new RelayTransportOptions { Url = relay.Url, Peer = Alice });
        await using var jane = NodePeer.Start(
            new Uri(relay.Url, RelayProtocol.DefaultPath), Jane.Value,
            "--protocol", protocol, "--to", Alice.Value, "--send", $"{Messages}", "--expect", $"{Messages}");

        // Over one link the order of the calls is the order of delivery, without waiting for each answer.
        var link = await alice.ConnectAsync(Jane, cancellationToken);
        var sending = Task.WhenAll(InOrder.Select(text => link.SendAsync(Jane, new OutgoingMessage(Encoding.UTF8.GetBytes(text)), cancellationToken)));
        var received = new List<ReceivedMessage>();
        while (received.Count < Messages)
            received.Add(await alice.ReceiveAsync(cancellationToken));
        await sending;

        Assert.Equal(0, await jane.Program.WaitForExitAsync());
        Assert.Equal(InOrder, received.Select(message => Encoding.UTF8.GetString(message.Payload.Span)));
        Assert.All(received, message => Assert.Equal(Jane, message.Sender));
        Assert.Equal(InOrder, jane.Received.Select(message => Encoding.UTF8.GetString(message.Payload)));
        Assert.All(jane.Received, message => Assert.Equal(Alice.Value, message.From));
    }

    [Theory]
    [InlineData("messagepack")]
    [InlineData("json")]
    public async Task A_JavaScript_peer_proves_its_key_and_talks_to_one_of_ours(string protocol)
    {
        Assert.SkipWhen(NodePeer.Unavailable is not null, NodePeer.Unavailable ?? "");
        var cancellationToken = TestContext.Current.CancellationToken;
        var (aliceKey, janeKey) = (TestPeers.Key("alice"), TestPeers.Key("jane"));
        await using var relay = await RelayHost.StartAsync(options => options.AllowNamedPeers = false);
        await using var alice = new RelayTransport(new RelayTransportOptions { Url = relay.Url, Key = aliceKey });
        await using var jane = NodePeer.Start(
            new Uri(relay.Url, RelayProtocol.DefaultPath), janeKey,
            "--protocol", protocol, "--to", aliceKey.PeerId.Value, "--send", "1", "--expect", "1");

        await alice.SendAsync(janeKey.PeerId, new OutgoingMessage("hello"u8.ToArray()), cancellationToken);
        var received = await alice.ReceiveAsync(cancellationToken);

        Assert.Equal(0, await jane.Program.WaitForExitAsync());
        Assert.Equal((janeKey.PeerId, "message 1"), (received.Sender, Encoding.UTF8.GetString(received.Payload.Span)));
        var message = Assert.Single(jane.Received);
        Assert.Equal((aliceKey.PeerId.Value, "hello"), (message.From, Encoding.UTF8.GetString(message.Payload)));
    }

    [Theory]
    [InlineData("messagepack")]
    [InlineData("json")]
    public async Task A_JavaScript_peer_that_sends_faster_than_the_rate_waits_and_all_comes_in_order_and_once(string protocol)
    {
        Assert.SkipWhen(NodePeer.Unavailable is not null, NodePeer.Unavailable ?? "");
        // A window smaller than the rate: when the refusal comes, there is always more to send that must not get in front.
        var time = new FakeTimeProvider();
        await using var relay = await RelayHost.StartAsync(
            options => (options.SenderMessagesPerSecond, options.SendWindowMessages) = (200, 50), services => services.AddSingleton<TimeProvider>(time));
        await using var alice = NodePeer.Start(new Uri(relay.Url, RelayProtocol.DefaultPath), Alice.Value, "--expect", $"{Messages}");
        await alice.WaitForAsync("Registered");

        await using var jane = NodePeer.Start(
            new Uri(relay.Url, RelayProtocol.DefaultPath), Jane.Value, "--protocol", protocol, "--to", Alice.Value, "--send", $"{Messages}");

        // The relay's clock stands until jane is refused, however slow the machine is, and then runs until both have done.
        await Eventually.Is("jane is refused", () => Refusals().Length > 0);
        await Eventually.Is("all is through", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            return jane.Program.HasExited && alice.Program.HasExited;
        });

        Assert.Equal((0, 0), (await jane.Program.WaitForExitAsync(), await alice.Program.WaitForExitAsync()));
        Assert.Equal(InOrder, alice.Received.Select(message => Encoding.UTF8.GetString(message.Payload)));
        Assert.All(Refusals(), refusal => Assert.Equal((int)ErrorCode.SendRateExceeded, refusal.GetProperty("code").GetInt32()));

        JsonElement[] Refusals() => [.. jane.Callbacks.Where(callback => callback.GetProperty("callback").ValueEquals("Error"))];
    }
}
