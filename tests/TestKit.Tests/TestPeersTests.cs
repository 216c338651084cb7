namespace TestKit.Tests;

public sealed class TestPeersTests
{
    [Fact]
    public void Peers_are_all_different()
    {
        var peers = Enumerable.Range(0, 1000).Select(_ => TestPeers.Next("twelve-chars")).ToHashSet();

        Assert.Equal(1000, peers.Count);
    }

    [Fact]
    public void A_name_has_one_key_and_another_name_another_one()
    {
        Assert.Equal(TestPeers.Key("alice").PeerId, TestPeers.Key("alice").PeerId);
        Assert.NotEqual(TestPeers.Key("alice").PeerId, TestPeers.Key("bob").PeerId);
    }

    [Fact]
    public void Payloads_are_those_of_their_seed()
    {
        Assert.Equal(TestPayloads.Random(1), TestPayloads.Random(1));
        Assert.NotEqual(TestPayloads.Random(1), TestPayloads.Random(2));
        Assert.Equal(65_536, TestPayloads.Random(1, 65_536).Length);
    }
}
