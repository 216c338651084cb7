using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Tests.Measuring;

public sealed class SpreadTests
{
    [Fact]
    public void Has_the_least_the_middle_and_the_most() => Assert.Equal(new Spread(1, 3, 9), Spread.Of([9, 1, 3]));

    [Fact]
    public void Of_an_even_number_of_rounds_the_middle_is_between_two() => Assert.Equal(new Spread(1, 2.5, 9), Spread.Of([9, 1, 3, 2]));

    [Fact]
    public void Ratios_are_of_the_same_round() =>
        Assert.Equal(new Spread(0.5, 1, 2), Spread.OfRatios([1, 20, 300], [2, 20, 150]));

    [Fact]
    public void Rounds_without_a_partner_have_no_ratio() => Assert.Throws<ArgumentException>(() => Spread.OfRatios([1, 2], [1]));

    [Fact]
    public void No_rounds_have_no_spread() => Assert.Throws<ArgumentException>(() => Spread.Of([]));
}
