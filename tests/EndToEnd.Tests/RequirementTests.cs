using System.Text;
using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Loopback;
using Client.Transport.Relay;
using EndToEnd.Tests.Operations;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>What the requirements promise of the whole: hybrid over relay transport over a real relay.</summary>
public sealed partial class RequirementTests
{
    private static readonly PeerId Alice = PeerId.Parse("alice");
    private static readonly PeerId Bob = PeerId.Parse("bob");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_2_MainWay_1_to_12_AfterSuccess_1_AfterSuccess_6_a_message_without_a_direct_path_takes_the_relay_and_is_answered()
    {
        await using var host = await RelayHost.StartAsync();
        var (direct, _) = LoopbackTransport.CreatePair(Alice, Bob);
        direct.Cut();
        await using var alice = new HybridTransport(direct, Relay(host, Alice));
        await using var bob = new HybridTransport(null, Relay(host, Bob));
        await bob.ConnectAsync(Alice, Token);

        var result = await alice.SendAsync(Bob, "sealed"u8.ToArray(), Token);

        Assert.Equal(new SendResult(SendStatus.Accepted, TransportKind.Relay), result);
        Assert.True(alice.IsConnected(Bob));
        var received = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        Assert.Equal((Alice, TransportKind.Relay, "sealed"), (received.Sender, received.Path, Encoding.UTF8.GetString(received.Payload.Span)));

        // AfterSuccess 7: the acknowledgement of the chat above is a payload like any other, and flows back.
        await bob.SendAsync(received.Sender, Encoding.UTF8.GetBytes($"ack {received.Id}"), Token);
        var acknowledgement = await alice.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        Assert.Equal($"ack {received.Id}", Encoding.UTF8.GetString(acknowledgement.Payload.Span));
    }

    [Fact]
    public async Task AcceptedWhen_3_AfterSuccess_2_AfterSuccess_3_the_relay_transport_is_a_transport_of_kind_relay()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Relay(host, Alice);
        Assert.Equal(TransportKind.Relay, alice.Kind);
        Assert.False(alice.IsConnected(Bob));

        // Connected says nothing of Bob, who was never here; and a send to him succeeds all the same.
        await alice.ConnectAsync(Bob, Token);
        Assert.True(alice.IsConnected(Bob));
        Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, "x"u8.ToArray(), Token)).Status);

        await host.StopAsync();
        await Eventually.Is("it is not connected", () => !alice.IsConnected(Bob));

        // And once the relay is back all is as before.
        await host.StartAgainAsync();
        await Eventually.Is("it is connected again", () => alice.IsConnected(Bob));
        await using var bob = Relay(host, Bob);
        await bob.ConnectAsync(Alice, Token);
        Assert.Equal(SendStatus.Accepted, (await alice.SendAsync(Bob, "again"u8.ToArray(), Token)).Status);
        Assert.Equal("again", Encoding.UTF8.GetString((await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.Span));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Before_3_Variations_1_a_relay_is_known_by_an_address_of_any_of_these_schemes(string scheme)
    {
        using var certificate = TestCertificate.Create();
        await using var host = await RelayHost.StartAsync(certificate: scheme is "wss" or "https" ? certificate : null);
        var url = new Uri($"{scheme}://localhost:{host.Url.Port}");
        await using var alice = Trust.Transport(url, TestPeers.Key("alice"), certificate);
        await using var bob = Trust.Transport(url, TestPeers.Key("bob"), certificate);

        await alice.SendAsync(bob.Self, "hello"u8.ToArray(), Token);

        var received = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        Assert.Equal((alice.Self, "hello"), (received.Sender, Encoding.UTF8.GetString(received.Payload.Span)));
    }

    [Fact]
    public async Task AfterFailure_1_AfterFailure_2_without_any_path_the_reason_is_clear_and_the_message_goes_out_later_by_itself()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Cut();
        await using var alice = new HybridTransport(null, Relay(link.Url, Alice));
        await using var bob = Relay(host, Bob);

        var results = new List<SendResult>();
        for (var i = 0; i < 5; i++)
            results.Add(await alice.SendAsync(Bob, Encoding.UTF8.GetBytes($"{i}"), Token));

        Assert.All(results, result => Assert.Equal(SendStatus.Pending, result.Status));
        Assert.Equal(TransportError.Unreachable, results[0].Reason!.Error);
        Assert.Contains(link.Url.Authority, results[0].Reason!.Message, StringComparison.Ordinal);
        link.Restore();
        for (var i = 0; i < 5; i++)
            Assert.Equal($"{i}", Encoding.UTF8.GetString((await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.Span));
        await Eventually.Is("nothing is pending any more", () => alice.PendingCount(Bob) == 0);
    }

    [Fact]
    public async Task AcceptedWhen_1_several_peers_exchange_messages_at_once_each_pair_in_order()
    {
        const int Peers = 8;
        const int Each = 100;
        await using var host = await RelayHost.StartAsync();
        var peers = Enumerable.Range(0, Peers).Select(i => Relay(host, PeerId.Parse($"peer{i}"))).ToArray();
        foreach (var peer in peers)
            await peer.ConnectAsync(Alice, Token);

        var sending = peers.Select(async peer =>
        {
            for (var i = 0; i < Each; i++)
            {
                foreach (var other in peers.Where(other => other != peer))
                    await peer.SendAsync(other.Self, Encoding.UTF8.GetBytes($"{i}"), Token);
            }
        });
        var receiving = peers.Select(async peer =>
        {
            var bySender = new Dictionary<PeerId, List<string>>();
            for (var i = 0; i < (Peers - 1) * Each; i++)
            {
                var message = await peer.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
                if (!bySender.TryGetValue(message.Sender, out var texts))
                    bySender[message.Sender] = texts = [];
                texts.Add(Encoding.UTF8.GetString(message.Payload.Span));
            }

            Assert.Equal(Peers - 1, bySender.Count);
            Assert.All(bySender.Values, texts => Assert.Equal(Enumerable.Range(0, Each).Select(i => $"{i}"), texts));
        });
        await Task.WhenAll([.. sending, .. receiving]);

        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task Always_3_sends_that_do_not_wait_for_each_other_keep_their_order_even_before_the_first_connection()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Relay(host, Alice);
        await using var bob = Relay(host, Bob);

        var sends = Enumerable.Range(0, 500).Select(i => alice.SendAsync(Bob, Encoding.UTF8.GetBytes($"{i}"), Token).AsTask()).ToArray();
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);

        for (var i = 0; i < 500; i++)
            Assert.Equal($"{i}", Encoding.UTF8.GetString((await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.Span));
    }

    private static RelayTransport Relay(RelayHost host, PeerId peer) => Relay(host.Url, peer);

    private static RelayTransport Relay(Uri url, PeerId peer) =>
        new(new RelayTransportOptions { Url = url, Peer = peer, ReconnectDelay = TimeSpan.FromMilliseconds(20) });
}
