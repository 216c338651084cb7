using Relay.Benchmarks.Chaos;
using Relay.Benchmarks.Chaos.Plans;

namespace Relay.Benchmarks.Tests.Chaos;

public sealed class ChaosPlanTests
{
    private static readonly ChaosSettings Short = new() { Duration = TimeSpan.FromSeconds(20), Peers = 20, MessagesPerSecond = 100 };

    [Fact]
    public void The_same_seed_draws_the_same_plan() => Assert.Equal(Lines(Short), Lines(Short));

    [Fact]
    public void Another_seed_draws_another_plan() => Assert.NotEqual(Lines(Short), Lines(Short with { Seed = 2 }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Everything_that_can_happen_happens_once_at_least(int seed) =>
        Assert.Equal(Enum.GetValues<Happening>(), ChaosPlan.Draw(Short with { Seed = seed }).Select(one => one.What).Distinct().Order());

    [Fact]
    public void What_is_left_out_does_not_happen()
    {
        var plan = ChaosPlan.Draw(Short with { Without = new HashSet<Happening> { Happening.Kill } });

        Assert.DoesNotContain(plan, one => one.What == Happening.Kill);
        Assert.Contains(plan, one => one.What == Happening.Drain);
    }

    [Fact]
    public void A_network_has_one_trouble_at_a_time()
    {
        var plan = ChaosPlan.Draw(Short with { Duration = TimeSpan.FromMinutes(2) });

        foreach (var peer in plan.Where(one => one.What is >= Happening.Cut and <= Happening.Away).GroupBy(one => one.Peer))
            Assert.All(peer.Zip(peer.Skip(1)), pair => Assert.True(pair.First.At + pair.First.Lasts <= pair.Second.At));
    }

    [Fact]
    public void An_away_peer_is_sent_more_than_its_mailbox_holds()
    {
        var plan = ChaosPlan.Draw(Short);
        var away = plan.First(one => one.What == Happening.Away);

        var sent = plan.Where(one => one.What == Happening.Burst && one.To == away.Peer && one.At >= away.At && one.At <= away.At + away.Lasts);
        Assert.InRange(sent.Sum(one => one.Lengths.Count), Short.MailboxMessages + 1, int.MaxValue);
    }

    private static IEnumerable<string> Lines(ChaosSettings settings) =>
        ChaosPlan.Draw(settings).Select(one => $"{one} {string.Join(' ', one.Lengths)}");
}
