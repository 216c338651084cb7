using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

public sealed class MailboxBudgetTests
{
    [Fact]
    public void It_holds_exactly_as_much_as_it_says()
    {
        var budget = new MailboxBudget(10);

        Assert.True(budget.TryTake(10));
        Assert.False(budget.TryTake(1));
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public void A_refusal_takes_nothing()
    {
        var budget = new MailboxBudget(10);

        Assert.False(budget.TryTake(11));

        Assert.True(budget.TryTake(10));
    }

    [Fact]
    public void What_must_be_kept_is_kept_over_the_limit_and_counts_against_the_rest()
    {
        var budget = new MailboxBudget(10);
        budget.Take(12);

        Assert.False(budget.TryTake(1));

        budget.Return(12);
        Assert.True(budget.TryTake(10));
    }

    [Fact]
    public void Many_threads_never_take_more_than_there_is()
    {
        var budget = new MailboxBudget(100);
        var over = 0;
        Parallel.For(0, 20_000, _ =>
        {
            if (!budget.TryTake(60))
                return;

            // One of them fits, never two.
            if (Interlocked.Increment(ref over) > 1)
                Assert.Fail("Two threads hold 120 of 100.");
            Interlocked.Decrement(ref over);
            budget.Return(60);
        });

        Assert.Equal(0, budget.Used);
    }
}
