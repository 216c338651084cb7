namespace TestKit.Tests;

public sealed class EventuallyTests
{
    [Fact]
    public async Task A_condition_that_comes_true_later_is_enough()
    {
        var looks = 0;

        await Eventually.Is("the third look is a charm", () => ++looks == 3);

        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task A_failure_says_what_was_awaited_and_for_how_long()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.Is("pigs fly", () => false, within: TimeSpan.FromMilliseconds(100)));

        Assert.Matches(@"^Waited \d+\.\d s ", failure.Message);
        Assert.EndsWith("pigs fly", failure.Message);
    }

    [Fact]
    public async Task A_condition_that_throws_is_not_asked_again()
    {
        var looks = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Eventually.Is("it works", () => ++looks == 1 ? throw new InvalidOperationException() : true));

        Assert.Equal(1, looks);
    }
}
