using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A transport that has a key proves its PeerId; what it does when the relay does not play along.</summary>
public sealed class RelayProofTests : RelayTests
{
    private static readonly PeerKey AliceKey = TestPeers.Key("alice");
    private static readonly PeerKey BobKey = TestPeers.Key("bob");

    [Fact]
    public async Task Two_peers_with_keys_exchange_messages_where_names_are_refused()
    {
        await using var host = await RelayHost.StartAsync(options => options.AllowNamedPeers = false);
        await using var alice = Proving(host.Url, AliceKey);
        await using var bob = Proving(host.Url, BobKey);
        await bob.ConnectAsync(AliceKey.PeerId, Token);

        await alice.SendAsync(BobKey.PeerId, Text("hello"), Token);
        var received = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Patience, Token);

        Assert.Equal(AliceKey.PeerId, received.Sender);
        await bob.SendAsync(received.Sender, Text("hello, Alice"), Token);
        Assert.Equal("hello, Alice", await ReceiveTextAsync(alice));
    }

    private static RelayTransport Proving(Uri url, PeerKey key) => new(Options(url, key.PeerId) with { Key = key });
}
