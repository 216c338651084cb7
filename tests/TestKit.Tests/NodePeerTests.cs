namespace TestKit.Tests;

public sealed class NodePeerTests
{
    [Fact]
    public async Task A_JavaScript_peer_without_a_relay_says_so_and_ends()
    {
        Assert.SkipWhen(NodePeer.Unavailable is not null, NodePeer.Unavailable ?? "");
        await using var server = new EchoServer();
        await using var link = Link.To(server.Url);
        link.Cut();

        await using var peer = NodePeer.Start(link.Url, "alice");

        Assert.Equal(1, await peer.Program.WaitForExitAsync());
        Assert.Contains(peer.Program.Errors.Lines, line => line.StartsWith($"Could not connect to {link.Url}", StringComparison.Ordinal));
        Assert.Empty(peer.Callbacks);
    }
}
